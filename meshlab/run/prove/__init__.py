"""Proofs: a lab is solved and misunderstood on real clusters, and everything must turn out as the lab declares. Only a whole
proof that holds is written.
"""
