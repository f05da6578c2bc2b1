"""Client of the admin API of the shop's pods (images/shop/README.md)."""

from __future__ import annotations

from typing import Any

from meshlab.check.world import CallRequest, Calls, Position, Reply
from meshlab.run.live.http import PodHttp, PodPort

LONGEST = 60.0
"""Seconds after which a pod answers /call with what it has."""
SLACK = 10.0
AT_ONCE = 2.0
"""Seconds to wait for a pod's counters, because the map waits for them."""


def call_body(request: CallRequest) -> dict[str, Any]:
    """Makes the JSON of POST /call."""
    body: dict[str, Any] = {
        "url": request.url,
        "method": request.method,
        "headers": request.headers,
        "timeout_ms": request.timeout_ms,
        "n": request.n,
        "keepalive": request.keepalive,
        "concurrency": request.concurrency,
        "tree": request.tree,
    }
    if request.rate:
        body["rate"] = request.rate
    if request.nonce:
        body |= {"nonce": request.nonce, "nonce_each": request.n > 1}
    return body


def load_body(request: CallRequest, seconds: float) -> dict[str, Any]:
    """Makes the JSON of POST /load."""
    return {
        "url": request.url,
        "headers": request.headers,
        "timeout_ms": request.timeout_ms,
        "concurrency": request.concurrency,
        "seconds": seconds,
        **({"rate": request.rate} if request.rate else {}),
    }


def longest(request: CallRequest) -> float:
    """Returns the seconds that the answer to /call can take."""
    timeout = request.timeout_ms / 1000
    paced = request.n / request.rate + timeout if request.rate else timeout * -(-request.n // request.concurrency)
    return min(paced, LONGEST) + SLACK


def reply(raw: dict[str, Any]) -> Reply:
    """Converts one result of /call or /results."""
    return Reply(
        i=raw.get("i") or 0,
        t=raw.get("t") or 0.0,
        nonce=raw.get("nonce") or "",
        status=raw.get("status") or 0,
        ms=raw.get("ms") or 0.0,
        error=raw.get("error"),
        headers=raw.get("headers") or {},
        peer=raw.get("peer") or "",
        tree=raw.get("tree"),
    )


class Shop:
    """Sends calls and load from shop pods, and reads their counters. Raises ClusterError."""

    def __init__(self, http: PodHttp) -> None:
        self._http = http

    async def call(self, pod_port: PodPort, position: Position, request: CallRequest) -> Calls:
        """Sends the requests from the pod."""
        raw = await self._http.send("POST", pod_port, "/call", call_body(request), longest(request))
        return Calls(position, tuple(reply(one) for one in raw["results"]))

    async def load(self, pod_port: PodPort, request: CallRequest, seconds: float) -> None:
        """Starts background load; seconds=0 stops it."""
        if seconds <= 0:
            await self._http.send("DELETE", pod_port, "/load")
        else:
            await self._http.send("POST", pod_port, "/load", load_body(request, seconds))

    async def received(self, pod_port: PodPort, nonces: list[str]) -> int:
        """Counts the requests with one of the nonces that the pod has received."""
        counts = [await self._http.get(pod_port, f"/counters?nonce={nonce}") for nonce in nonces]
        return sum(int(one["received"]) for one in counts)

    async def totals(self, pod_port: PodPort) -> tuple[int, int]:
        """Returns (requests received, of those answered with 500 and above) since the pod started."""
        counts = await self._http.get(pod_port, "/counters", AT_ONCE)
        failed = sum(int(number) for status, number in counts["by_status"].items() if int(status) >= 500)
        return int(counts["received"]), failed
