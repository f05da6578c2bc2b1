"""Desired state: objects that the lab declares, the target of each step, baselines and the untouched start. Only `declared`
applies objects; the rest computes and compares.
"""
