"""Killing meshlab at random moments."""
