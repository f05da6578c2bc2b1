"""From whatever there is to a lab that is ready."""

from __future__ import annotations

from collections.abc import AsyncIterator

from meshlab.cluster.progress import Progress
from meshlab.run.context import Run


async def prepare(run: Run) -> AsyncIterator[Progress]:
    """Make, recover or reuse the clusters, put the lab's start on them and wait until it can be used.

    The first events are `planned`, one a phase. A lab that was prepared before keeps the learner's objects. Cancelling
    removes what this call made. EnvironmentFault, PreparationTimeout, LockedError.
    """
    raise NotImplementedError
    yield Progress(phase="")
