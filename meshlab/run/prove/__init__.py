"""Proves a lab on real clusters: its solution and each misconception must have the verdicts that the lab declares. Only a
complete proof that holds is written.
"""
