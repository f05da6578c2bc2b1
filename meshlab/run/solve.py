"""Applying a step's solution."""

from __future__ import annotations

from collections.abc import AsyncIterator

from meshlab.cluster.progress import Progress
from meshlab.run.context import Run


async def solve(run: Run, step: str = "", *, experiments: bool = True) -> AsyncIterator[Progress]:
    """Apply solve/<step> (default: the current step), its answers and predictions, run its experiments, wait, record.

    A second solve changes nothing.
    """
    raise NotImplementedError
    yield Progress(phase="")
