"""Observations of the running lab for screens: matrix, pods, traffic, one request's trace, a shell's environment. It reads,
and never judges or changes anything.
"""
