"""The closed list of disturbances, each with its inverse, journalled before it is applied."""

from __future__ import annotations

from meshlab.run.api import FaultState
from meshlab.run.context import Run


async def undo_all(run: Run) -> list[FaultState]:
    """Undo every fault that the journal says may be in force, newest first; what was undone. Fine twice."""
    raise NotImplementedError
