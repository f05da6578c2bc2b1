"""The answer of a service: the call tree below it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from shop import headers
from shop.client import Client, Request
from shop.outgoing import Outcome
from shop.settings import Settings, Upstream

# The shop's longest chain has five services. A route that leads back to a caller would grow for ever.
MAX_HOPS = 7
ORDER = "/order"


class Upstreams:
    """Calls the services below, all at once."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self.client = client

    async def call(self, received: Mapping[str, str], order: str | None = None) -> list[dict[str, Any]]:
        """An order is passed on as an order with the same id."""
        depth = _depth(received)
        if not self._settings.upstreams or depth == 0:
            return []
        passed = headers.travelling(received) if self._settings.propagate else {}
        passed[headers.HOPS] = str(hops(received) + 1)
        if depth is not None:
            passed[headers.DEPTH] = str(depth - 1)
        request = Request(headers=passed)
        if order is not None:
            request = Request("POST", ORDER, {**passed, "idempotency-key": order})
        calls = [self._one(upstream, request) for upstream in self._settings.upstreams]
        if len(calls) == 1:
            return [await calls[0]]
        return list(await asyncio.gather(*calls))

    async def _one(self, upstream: Upstream, request: Request) -> dict[str, Any]:
        outcome, attempts = await self.client.send(upstream, request)
        return {
            "name": upstream.name,
            "url": upstream.url,
            "status": outcome.status,
            "ms": outcome.ms,
            "attempts": attempts,
            "error": outcome.error,
            "peer": outcome.peer,
            "response_headers": outcome.headers,
            "tree": tree_of(outcome),
        }


def tree_of(outcome: Outcome) -> dict[str, Any] | None:
    """The call tree in an answer, if it is one: a proxy's own answer is not."""
    if not outcome.body.startswith(b"{"):
        return None
    try:
        tree = json.loads(outcome.body)
    except ValueError:
        return None
    return tree if "service" in tree else None


def describe(settings: Settings, client: Client) -> dict[str, Any]:
    """The part of an answer that never changes."""
    library = {"client": client.name} if client.name else {}
    return {
        "service": settings.service,
        "version": settings.version,
        "color": settings.color,
        "pod": settings.pod,
        "node": settings.node,
        "cluster": settings.cluster,
        "zone": settings.zone,
        "namespace": settings.namespace,
        "lang": "python",
        **library,
    }


def hops(received: Mapping[str, str]) -> int:
    """How many services of the shop this request has been through."""
    text = received.get(headers.HOPS, "")
    return int(text) if text.isdigit() else 0


def _depth(received: Mapping[str, str]) -> int | None:
    """Levels of calls still wanted below this service (header x-meshlab-depth); None: all."""
    text = received.get(headers.DEPTH, "")
    return int(text) if text.isdigit() else None
