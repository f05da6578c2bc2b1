"""Waiting for a condition with a deadline: the only way in which this room waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from meshlab.errors import PreparationTimeout
from meshlab.words import Words

Left = Words | str | None
"""What is still missing, as the end of a sentence; None or "" when nothing is."""
INTERVAL = 0.25


async def until(
    waits_for: Callable[[], Awaitable[Left]], within: float, *, what: Words | str, interval: float = INTERVAL
) -> float:
    """Ask until `waits_for` gives nothing that is left to wait for; how many seconds it took.

    what: what should become so, for the sentence of PreparationTimeout, which ends with what was waited for last.
    """
    start = time.monotonic()
    while True:
        left = await waits_for()
        took = time.monotonic() - start
        if not left:
            return took
        if took >= within:
            raise PreparationTimeout("wait.too-long", what=what, seconds=within, left=left)
        await asyncio.sleep(min(interval, max(0.01, within - took)))
