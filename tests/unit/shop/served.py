"""A role of the shop in this process, asked over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer


class Served:
    """Serves the routes of `actor` while it is entered. `arguments` go to its start."""

    def __init__(self, actor: Any, *arguments: object) -> None:
        self._actor, self._arguments = actor, arguments

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self._actor.routes())
        self._server = TestServer(app)
        await self._server.start_server()
        await self._actor.start(*self._arguments)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._actor.close()
        await self._server.close()

    async def ask(self, path: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(self._server.make_url(path)) as reply:
            return await reply.json()


async def eventually(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            held = condition()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.01)
