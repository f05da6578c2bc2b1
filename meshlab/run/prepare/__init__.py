"""Prepares a lab stage by stage until it is ready, and resets it to the start of a step. Every stage can be repeated."""
