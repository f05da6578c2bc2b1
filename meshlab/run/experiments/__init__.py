"""Experiments: break something, measure, put it back, and score the learner's prediction. Whatever happens, the fault is
undone.
"""
