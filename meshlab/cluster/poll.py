"""Waiting for a condition with a deadline: the only way in which this room waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from meshlab.errors import PreparationTimeout

INTERVAL = 0.25


async def until(waits_for: Callable[[], Awaitable[str]], within: float, *, what: str, interval: float = INTERVAL) -> float:
    """Ask until `waits_for` gives "" (nothing left to wait for); how many seconds it took.

    what: what should become so, for the sentence of PreparationTimeout, which ends with what was waited for last.
    """
    start = time.monotonic()
    while True:
        left = await waits_for()
        took = time.monotonic() - start
        if not left:
            return took
        if took >= within:
            raise PreparationTimeout(f"{what} did not happen within {within:g} s: {left}.", hint=HINT)
        await asyncio.sleep(min(interval, max(0.01, within - took)))


HINT = "Run `meshlab doctor`; `meshlab reset` puts the lab back to the start of the step."
