"""How a watch goes on after it ended: at once, after a while, or after ever longer pauses while the API cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from shop.kube import ApiError, Gone, Missing

NEXT_WATCH = 0.02
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
ENDS = (Gone, Missing, ApiError, aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""What may end a watch: compaction, a kind that is not there, refusals, lost connections, half an answer."""


async def follow_on(follow: Callable[[], Awaitable[None]], ended: Callable[[Exception], float | None]) -> None:
    """For ever. `ended` is told what ended the watch and says the seconds until the next; None: an ever longer pause."""
    pause = FIRST_PAUSE
    while True:
        wait: float | None = NEXT_WATCH
        try:
            await follow()
        except ENDS as exc:
            wait = ended(exc)
        await asyncio.sleep(pause if wait is None else wait)
        pause = min(pause * 2, LONGEST_PAUSE) if wait is None else FIRST_PAUSE
