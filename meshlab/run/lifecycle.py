"""Pausing, stopping and removing what meshlab made."""

from __future__ import annotations

from collections.abc import AsyncIterator

from meshlab.cluster.progress import Progress
from meshlab.run.context import Run
from meshlab.run.paths import Paths


async def stop(run: Run, *, free: bool = False) -> AsyncIterator[Progress]:
    """Freeze the nodes; free: stop them, which gives the memory back. Faults in force are undone first."""
    raise NotImplementedError
    yield Progress(phase="")


async def down(run: Run) -> AsyncIterator[Progress]:
    """Remove what meshlab made for the run, and only that; progress stays."""
    raise NotImplementedError
    yield Progress(phase="")


async def clean(paths: Paths) -> AsyncIterator[Progress]:
    """Remove everything of meshlab on this machine that no run of the state folder accounts for."""
    raise NotImplementedError
    yield Progress(phase="")
