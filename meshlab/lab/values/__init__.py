"""A seat's values: drawn from a seed, worked out, and put into texts and manifests. The same seed always gives the same
values.
"""
