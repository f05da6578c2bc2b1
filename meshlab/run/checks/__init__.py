"""Checks of a run: evaluated once, or watched and evaluated again when something changes. Verdicts are kept in the log; how a
check looks is not decided here.
"""
