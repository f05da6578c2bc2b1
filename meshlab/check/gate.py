"""How many looks run at once, and which want to be alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

ALONE = frozenset({"cost", "latency", "share", "limit"})
"""Kinds that measure what others would disturb."""


class Gate:
    """At most `limit` looks at once; one that is alone waits for the others, and they for it."""

    def __init__(self, limit: int = 6) -> None:
        self._limit = limit
        self._inside = 0
        self._alone = False
        self._queued = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def enter(self, kind: str) -> AsyncIterator[None]:
        """Inside while the context lasts."""
        alone = kind in ALONE
        await self._take(alone)
        try:
            yield
        finally:
            await self._leave(alone)

    async def _take(self, alone: bool) -> None:
        async with self._changed:
            self._queued += alone
            try:
                await self._changed.wait_for(lambda: self._free(alone))
            finally:
                self._queued -= alone
                # Whoever stood behind this one may go now, also when it was cancelled.
                self._changed.notify_all()
            self._inside += 1
            self._alone = alone

    def _free(self, alone: bool) -> bool:
        if alone:
            return not self._inside
        return not self._alone and not self._queued and self._inside < self._limit

    async def _leave(self, alone: bool) -> None:
        # No await before the numbers are right: a second cancellation must not leave the gate shut.
        self._inside -= 1
        self._alone = self._alone and not alone
        async with self._changed:
            self._changed.notify_all()
