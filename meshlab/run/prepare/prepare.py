"""Preparing a lab: its clusters, its start, and what leads to the learner's step."""

from __future__ import annotations

from meshlab.cluster.track import Track
from meshlab.run.prepare.preparation import prepare_with
from meshlab.run.prepare.reset import reset
from meshlab.run.run import Run


async def prepare(run: Run, track: Track) -> None:
    """Make, recover or reuse the clusters, put the lab's start on them and wait until it can be used.

    A lab that is there keeps the learner's objects; one that was further and is not there any more comes back to the start
    of its current step. Cancelling removes what this call made. EnvironmentFault, PreparationTimeout, LockedError.
    """
    await prepare_with(run, track, reset)
