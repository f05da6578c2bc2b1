"""Results of an actor's requests, from the probe of each node, which counts them even while meshlab does not run."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from meshlab.check.world import ActorResults, Position, Reply
from meshlab.run.live.http import PodHttp, PodPort
from meshlab.run.live.shop import reply

PATIENCE = 6.0
"""Seconds to wait for requests in flight; longer than any actor's timeout."""
POLL = 0.2


async def results(
    http: PodHttp, pod_port: PodPort, probe: Position, actor: str, since: float, until: float | None
) -> ActorResults:
    """Returns the actor's requests in the window (unix seconds), ordered by sequence number. Raises ClusterError.

    A request in flight has no result yet. With `until` this waits for it; without, the answer ends before the first request
    in flight, so that it does not look lost.
    """
    end = time.monotonic() + PATIENCE
    while True:
        found, flying = await _all(http, pod_port, actor, since)
        waiting = until is not None and any(_before(number, found, until) for number in flying)
        if not waiting or time.monotonic() >= end:
            break
        await asyncio.sleep(POLL)
    first = min(flying, default=None)
    kept = [one for one in found if one.t >= since and (until is None or one.t <= until) and (first is None or one.i < first)]
    return ActorResults(actor, probe.node, tuple(kept))


def _before(number: int, found: list[Reply], until: float) -> bool:
    """Whether a request in flight may have been sent before `until`: not when an earlier one was sent after `until`."""
    return not any(one.i < number and one.t > until for one in found)


async def _all(http: PodHttp, pod_port: PodPort, actor: str, since: float) -> tuple[list[Reply], list[int]]:
    """Reads all pages: the results ordered by number, and the numbers in flight at the last page."""
    found: list[Reply] = []
    start: int | None = 0
    flying: list[int] = []
    while start is not None:
        query = urlencode({"actor": actor, "since": f"{since:.3f}", "from": start})
        raw: dict[str, Any] = await http.get(pod_port, f"/results?{query}")
        found += [replace(reply(one), i=one["seq"]) for one in raw["results"]]
        start, flying = raw.get("more"), raw.get("in_flight") or []
    return sorted(found, key=lambda one: one.i), flying
