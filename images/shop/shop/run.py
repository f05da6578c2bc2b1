"""What each role is made of."""

from __future__ import annotations

from contextlib import AsyncExitStack

from shop.admin import Admin
from shop.app import App
from shop.call import Caller
from shop.load import Load
from shop.server import Listeners, until_told_to_stop
from shop.settings import Settings
from shop.state import State


async def run(settings: Settings) -> None:
    state = State(settings)
    async with AsyncExitStack() as stack:
        app = App(state)
        load = Load()
        stack.push_async_callback(app.upstreams.close)
        stack.push_async_callback(load.stop)
        routes = [*Admin(state).routes(), *Caller(state).routes(), *load.routes()]
        listeners = Listeners(settings.host)
        stack.push_async_callback(listeners.aclose)
        await listeners.admin(routes, settings.admin_port)
        await listeners.app(app.on_port(settings.app_port, direct=False), settings.app_port)
        await listeners.app(app.on_port(settings.direct_port, direct=True), settings.direct_port)
        await until_told_to_stop(state)
