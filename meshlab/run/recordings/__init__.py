"""Recordings: a run is written down, and played later without a cluster. A replay shows what was recorded and makes nothing
up.
"""
