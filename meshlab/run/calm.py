"""An experiment begins when the actors' requests have been answered for some seconds: it counts only what it breaks itself."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from meshlab.errors import EnvironmentFault, PreparationTimeout
from meshlab.run.poll import until

if TYPE_CHECKING:
    from meshlab.run.context import Run

CALM = 3.0
"""Seconds without a failed request: pods that have just come back have been found by everybody then."""
WITHIN = 10.0
"""Seconds after which it begins all the same: a lab may be broken before, and the phase says so."""


async def calm(run: Run, within: float = WITHIN) -> None:
    """Wait for it. Never raises because of the lab's state."""
    with suppress(EnvironmentFault, PreparationTimeout):
        await until(lambda: _failed(run), within, what="An answer to every request of the lab's actors", interval=0.5)


async def _failed(run: Run) -> str:
    """Actors with a failed request in the last seconds."""
    world = await run.world()
    since = world.now() - CALM
    found = await asyncio.gather(*(world.actor(name, since) for name in run.lab.actors))
    return ", ".join(one.actor for results in found for one in results if any(reply.error for reply in one.replies))
