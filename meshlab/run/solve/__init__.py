"""Applies the reference's solutions, for one step or on the way to a later step. It acts as the learner, never as
administrator.
"""
