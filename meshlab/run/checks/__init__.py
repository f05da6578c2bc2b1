"""Evaluates the checks of a run, once or again whenever something changes, and keeps their verdicts in the log. What a check
looks at is decided in meshlab/check.
"""
