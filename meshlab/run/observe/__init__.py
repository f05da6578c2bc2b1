"""What screens show of the running lab: matrix, pods, traffic, one request's trace, a shell's environment. It looks and never
judges or changes.
"""
