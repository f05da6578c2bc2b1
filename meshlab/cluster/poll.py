"""Waiting for a condition with a deadline: the only way in which this room waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from meshlab.errors import ClusterError, MeshlabError, PreparationTimeout
from meshlab.words import Words

Left = Words | str | None
"""What is still missing, as the end of a sentence; None or "" when nothing is."""
Look = Callable[[], Awaitable[Left]]
INTERVAL = 0.25


async def until(
    waits_for: Look,
    within: float,
    *,
    what: Words | str = "",
    interval: float = INTERVAL,
    late: Callable[[Left], MeshlabError] | None = None,
) -> float:
    """Ask until `waits_for` gives nothing that is left to wait for; how many seconds it took.

    what: what should become so, for the sentence of PreparationTimeout, which ends with what was waited for last.
    late: another error in its place, made from what was waited for last.
    """
    start = time.monotonic()
    while True:
        left = await waits_for()
        took = time.monotonic() - start
        if not left:
            return took
        if took >= within:
            raise late(left) if late else PreparationTimeout("wait.too-long", what=what, seconds=within, left=left)
        await asyncio.sleep(min(interval, max(0.01, within - took)))


def patient(waits_for: Look, within: float) -> Look:
    """The same question, to which an error of the cluster or no answer in time is one more thing to wait for.

    within: seconds from now; a look is given what is left of them, and at least one.
    """
    deadline = time.monotonic() + within

    async def look() -> Left:
        try:
            async with asyncio.timeout(max(1.0, deadline - time.monotonic())):
                return await waits_for()
        except ClusterError as error:
            return error.words
        except TimeoutError:
            return Words("waits.no-answer")

    return look
