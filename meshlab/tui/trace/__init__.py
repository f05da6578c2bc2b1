"""One request, drawn along the path that it took.

The hops are found by `run/observe`; here they are only sent for and drawn.
"""
