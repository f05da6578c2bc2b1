"""Prepares a lab: its clusters, its start, and the learner's step."""

from __future__ import annotations

from meshlab.cluster.track import Track
from meshlab.run.prepare.preparation import prepare_with
from meshlab.run.prepare.reset import reset
from meshlab.run.run import Run


async def prepare(run: Run, track: Track) -> None:
    """Creates, recovers or reuses the clusters, applies the lab's start and waits until the lab is usable.

    A lab that is still on its clusters keeps the learner's objects. Otherwise the lab continues at the start of its current
    step. Cancelling removes what this call made. Raises EnvironmentFault, PreparationTimeout, LockedError.
    """
    await prepare_with(run, track, reset)
