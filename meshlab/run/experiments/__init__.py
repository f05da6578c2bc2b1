"""Experiments apply faults, measure, undo the faults and score the learner's prediction. The faults are undone even when an
experiment fails or is cancelled.
"""
