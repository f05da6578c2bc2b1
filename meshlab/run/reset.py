"""Putting a lab back to the start of a step, and going forward to one."""

from __future__ import annotations

from collections.abc import AsyncIterator

from meshlab.cluster.progress import Progress
from meshlab.run.api import ResetPlan
from meshlab.run.context import Run


async def plan(run: Run, step: str = "") -> ResetPlan:
    """What a reset to the step (default: the current one) would remove of the learner's own."""
    raise NotImplementedError


async def reset(run: Run, step: str = "") -> AsyncIterator[Progress]:
    """Back to the start of the step: converge, else clean the namespaces, else a new cluster. Progress stays."""
    raise NotImplementedError
    yield Progress(phase="")


async def goto(run: Run, step: str) -> AsyncIterator[Progress]:
    """Forward or back to the start of the step by applying solves within the lab; experiments are skipped."""
    raise NotImplementedError
    yield Progress(phase="")
