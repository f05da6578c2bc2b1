"""Writes a run to a recording, and replays it later without a cluster. A replay shows only what was recorded."""
