"""Recordings of whole runs: what the interface saw, written down and played again without a cluster. See docs/recording.md."""
