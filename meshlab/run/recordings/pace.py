"""The pace of a replay: short operations as recorded, long ones compressed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
AT_MOST = 6.0
"""Longest operation in a replay, in seconds."""
PAUSE = 1.0
"""Longest pause between two items, in seconds."""


class Pace:
    """Plays items with pauses. at_most: seconds for a whole operation; 0 for no pauses."""

    def __init__(self, at_most: float = AT_MOST) -> None:
        self._at_most = at_most

    async def play(
        self, items: Iterable[tuple[float, T]], began: float = 0.0, at_end: Callable[[], None] | None = None
    ) -> AsyncGenerator[T, None]:
        """Yields the items of (unix seconds, item) pairs. began: when the operation was called; 0: at the first item.

        at_end: called after the last item, but not when the stream is closed earlier.
        """
        timed = list(items)
        last = began or (timed[0][0] if timed else 0.0)
        whole = timed[-1][0] - last if timed else 0.0
        share = min(1.0, self._at_most / whole) if whole > 0 else 0.0
        for t, item in timed:
            # Sleep even for 0 seconds, so that the screen can handle events.
            await asyncio.sleep(min(PAUSE, max(0.0, t - last) * share))
            last = t
            yield item
        if at_end:
            at_end()
