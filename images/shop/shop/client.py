"""How a service calls the services below it: plainly, or by the client library of the image."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shop.outgoing import Outcome, send
from shop.pool import Pool
from shop.settings import Settings, SettingsError, Upstream


@dataclass
class Request:
    """What goes to an upstream; the path is added to the upstream's URL."""

    method: str = "GET"
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Client(Protocol):
    """A client of all upstreams of one service."""

    name: str
    """What an answer of the service says of it; empty: nothing."""

    async def send(self, upstream: Upstream, request: Request) -> tuple[Outcome, int]:
        """What came of it in the end, and how many requests were sent for it. Never raises for what the network does."""

    def report(self) -> dict[str, Any]:
        """Its policy and its counts, JSON-able."""

    async def close(self) -> None: ...


class Plain:
    """The Service's address, one request, one pool a name: no library."""

    name = ""

    def __init__(self, settings: Settings) -> None:
        self._timeout = settings.upstream_timeout
        self._pools = {upstream.name: Pool() for upstream in settings.upstreams}

    async def send(self, upstream: Upstream, request: Request) -> tuple[Outcome, int]:
        async with self._pools[upstream.name].lease() as session:
            url = upstream.url + request.path
            outcome = await send(session, url, method=request.method, headers_=request.headers, timeout=self._timeout)
        return outcome, 1

    def report(self) -> dict[str, Any]:
        return {"library": None}

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()


def client(settings: Settings, env: Mapping[str, str]) -> Client:
    """The client that CLIENT asks for. SettingsError when the image has no library, or the library refuses its policy."""
    if settings.client == "plain":
        return Plain(settings)
    try:
        library = importlib.import_module("clientlib")
    except ModuleNotFoundError:
        raise SettingsError("CLIENT is lib, but this image holds no client library; use an image that does") from None
    try:
        made: Client = library.Client(settings.upstreams, env)
    except ValueError as exc:
        raise SettingsError(str(exc)) from None
    return made
