"""Grades a submission: applies it step by step on a cluster of its own and checks it. It never touches the learner's own
run.
"""
