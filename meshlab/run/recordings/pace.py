"""Time in a replay: as it was where it was short, compressed where it was long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
AT_MOST = 6.0
"""Seconds that an operation takes in a replay."""
PAUSE = 1.0
"""Seconds that nothing happens, at most."""


class Pace:
    """at_most: seconds for a whole operation; 0 for no waiting at all."""

    def __init__(self, at_most: float = AT_MOST) -> None:
        self._at_most = at_most

    async def play(
        self, items: Iterable[tuple[float, T]], began: float = 0.0, at_end: Callable[[], None] | None = None
    ) -> AsyncGenerator[T, None]:
        """(unix seconds, item) pairs in order. began: when the operation was asked for, 0 where that is the first item.

        at_end: called once all of it was played, not when it was left before.
        """
        timed = list(items)
        last = began or (timed[0][0] if timed else 0.0)
        whole = timed[-1][0] - last if timed else 0.0
        share = min(1.0, self._at_most / whole) if whole > 0 else 0.0
        for t, item in timed:
            # Even without a wait others get their turn: a screen must stay alive while something is played.
            await asyncio.sleep(min(PAUSE, max(0.0, t - last) * share))
            last = t
            yield item
        if at_end:
            at_end()
