"""The reference's solutions: applied to a step, and on the way to another step. They are applied as the learner, never as
administrator.
"""
