"""Grading: a submission is applied step by step on a cluster of its own and checked. It never touches the learner's own
run.
"""
