"""The answer of a service: the call tree below it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from shop import headers
from shop.outgoing import Outcome, send
from shop.pool import Pool
from shop.settings import Settings, Upstream

# The shop's longest chain has five services. A route that leads back to a caller would grow for ever.
MAX_HOPS = 7


class Upstreams:
    """Calls the services below, all at once, each through its own pool."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pools = {upstream.name: Pool() for upstream in settings.upstreams}

    async def call(self, received: Mapping[str, str]) -> list[dict[str, Any]]:
        depth = _depth(received)
        if not self._settings.upstreams or depth == 0:
            return []
        passed = headers.travelling(received) if self._settings.propagate else {}
        passed[headers.HOPS] = str(hops(received) + 1)
        if depth is not None:
            passed[headers.DEPTH] = str(depth - 1)
        calls = [self._one(upstream, passed) for upstream in self._settings.upstreams]
        if len(calls) == 1:
            return [await calls[0]]
        return list(await asyncio.gather(*calls))

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()

    async def _one(self, upstream: Upstream, passed: dict[str, str]) -> dict[str, Any]:
        async with self._pools[upstream.name].lease() as session:
            outcome = await send(session, upstream.url, headers_=passed, timeout=self._settings.upstream_timeout)
        return {
            "name": upstream.name,
            "url": upstream.url,
            "status": outcome.status,
            "ms": outcome.ms,
            "attempts": 1,
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


def describe(settings: Settings) -> dict[str, Any]:
    """The part of an answer that never changes."""
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
    }


def hops(received: Mapping[str, str]) -> int:
    """How many services of the shop this request has been through."""
    text = received.get(headers.HOPS, "")
    return int(text) if text.isdigit() else 0


def _depth(received: Mapping[str, str]) -> int | None:
    """Levels of calls still wanted below this service (header x-meshlab-depth); None: all."""
    text = received.get(headers.DEPTH, "")
    return int(text) if text.isdigit() else None
