"""What each role is made of."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

from aiohttp import web

from shop.admin import Admin
from shop.app import App
from shop.call import Caller
from shop.client import Client
from shop.load import Load
from shop.server import Listeners, until_told_to_stop
from shop.settings import Settings
from shop.state import State

# Name lookups block a thread each: a dead DNS server must not keep the names waiting that can be answered.
LOOKUPS = 32


async def run(settings: Settings, client: Client) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(LOOKUPS))
    state = State(settings)
    async with AsyncExitStack() as stack:
        app = App(state, client)
        load = Load()
        stack.push_async_callback(client.close)
        stack.push_async_callback(load.stop)
        routes = [*Admin(state, client).routes(), *Caller(state).routes(), *load.routes(), *await _of_role(state, stack)]
        listeners = Listeners(settings.host)
        stack.push_async_callback(listeners.aclose)
        await listeners.admin(routes, settings.admin_port)
        await listeners.app(app.on_port(settings.app_port, direct=False), settings.app_port)
        await listeners.app(app.on_port(settings.direct_port, direct=True), settings.direct_port)
        await until_told_to_stop(state)


async def _of_role(state: State, stack: AsyncExitStack) -> list[web.RouteDef]:
    """What a role does beside answering. Imported here: a service has no memory to spare for it."""
    if state.settings.role == "probe":
        from shop.actors import Actors

        actors = Actors(state.settings)
        stack.push_async_callback(actors.close)
        await actors.start()
        return actors.routes()
    if state.settings.role == "recorder":
        from shop.kube import Api
        from shop.recorder import Recorder

        recorder = Recorder(state.settings, Api.in_cluster())
        stack.push_async_callback(recorder.close)
        await recorder.start(state)
        return recorder.routes()
    if state.settings.role == "namer":
        from shop.kube import Api
        from shop.namer import Namer

        namer = Namer(state.settings, Api.in_cluster(), state)
        stack.push_async_callback(namer.close)
        await namer.start()
        return namer.routes()
    return []
