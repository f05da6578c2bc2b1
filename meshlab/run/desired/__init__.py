"""What should be there: objects that the lab declares, the target of each step, baselines and the untouched start. It computes
and compares; it applies nothing.
"""
