"""The live world: what checks see of the clusters, asked when a check asks. It answers questions and never judges an answer."""

from __future__ import annotations

from meshlab.run.live.world import LiveWorld

__all__ = ["LiveWorld"]
