"""Listening, and ending well: readiness fails first, connections end later."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from aiohttp import web

from shop import log
from shop.state import State

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
# Long enough that a caller which pools for two seconds never meets a connection closed under it.
KEEPALIVE = 75.0
LAST_ANSWERS = 1.0


class Listeners:
    """The sockets of one container. `aclose` gives requests in flight a few seconds more."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._runners: list[web.ServerRunner | web.AppRunner] = []

    async def app(self, handler: Handler, port: int) -> None:
        server = web.Server(handler, handler_cancellation=True, access_log=None, keepalive_timeout=KEEPALIVE)
        await self._listen(web.ServerRunner(server, shutdown_timeout=LAST_ANSWERS), port)

    async def admin(self, routes: list[web.RouteDef], port: int) -> None:
        application = web.Application()
        application.add_routes(routes)
        runner = web.AppRunner(application, handler_cancellation=True, access_log=None, shutdown_timeout=LAST_ANSWERS)
        await self._listen(runner, port)

    async def aclose(self) -> None:
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))

    async def _listen(self, runner: web.ServerRunner | web.AppRunner, port: int) -> None:
        await runner.setup()
        await web.TCPSite(runner, self._host, port, backlog=1024).start()
        self._runners.append(runner)


async def until_told_to_stop(state: State) -> None:
    """Returns when SIGTERM or SIGINT came and new connections were served a while longer."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()
    state.draining = True
    log.line(service=state.settings.service, pod=state.settings.pod, event="draining")
    await asyncio.sleep(state.settings.drain)
