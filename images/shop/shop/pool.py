"""Pooled connections that live a short time.

kube-proxy never cuts an established connection: a client that pooled one for ever would go on talking to the old
endpoint of a Service whose selector has changed. So a pool is a row of generations; each ends after two seconds or a
hundred requests, whichever is first, and its connections end with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from shop.outgoing import open_session

MAX_AGE = 2.0
MAX_REQUESTS = 100


class _Generation:
    def __init__(self) -> None:
        self.session: aiohttp.ClientSession = open_session(keepalive=True)
        self.requests = 0
        self.active = 0
        self.retired = False


class Pool:
    def __init__(self, max_age: float = MAX_AGE, max_requests: int | None = MAX_REQUESTS) -> None:
        self._max_age = max_age
        self._max_requests = max_requests
        self._current: _Generation | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[aiohttp.ClientSession]:
        generation = self._generation()
        generation.requests += 1
        generation.active += 1
        if generation.requests == self._max_requests:
            self._retire(generation)
        try:
            yield generation.session
        finally:
            generation.active -= 1
            self._close_if_done(generation)

    async def close(self) -> None:
        if self._current is not None:
            self._retire(self._current)
        await asyncio.gather(*self._closing)

    def _generation(self) -> _Generation:
        if self._current is None:
            self._current = _Generation()
            asyncio.get_running_loop().call_later(self._max_age, self._retire, self._current)
        return self._current

    def _retire(self, generation: _Generation) -> None:
        if self._current is generation:
            self._current = None
        if not generation.retired:
            generation.retired = True
            self._close_if_done(generation)

    def _close_if_done(self, generation: _Generation) -> None:
        if generation.retired and generation.active == 0 and not generation.session.closed:
            task = asyncio.ensure_future(generation.session.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
