"""Requests from this machine to a published port of 127.0.0.1, as a visitor of the shop sends them.

All other requests of meshlab reach the cluster by port-forward.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from meshlab.check.calls import NONCE, PUBLISHED
from meshlab.check.world import CallRequest, Calls, Position, Reply
from meshlab.errors import ClusterError

if TYPE_CHECKING:
    import httpx2

POD = "outside"
"""Takes the place of a pod's name."""
SHOWN = ("server", "via", "retry-after", "content-type")
"""Response headers that are kept, the same that the shop's pods keep."""
CLIENT_ERROR, SERVER_ERROR = 400, 500


def position(service: str, cluster: str) -> Position:
    """Returns this machine as a caller."""
    return Position(service=service, pod=POD, cluster=cluster)


async def call(at: Position, request: CallRequest, values: Mapping[str, str]) -> Calls:
    """Sends the requests one after the other, each on a new connection. ClusterError when the port is not published."""
    import httpx2

    url = address(request.url, values)
    limits = httpx2.Limits(max_keepalive_connections=0)
    async with httpx2.AsyncClient(trust_env=False, verify=False, limits=limits) as client:
        return Calls(at, tuple([await _request(client, url, request, number) for number in range(request.n)]))


def address(url: str, values: Mapping[str, str]) -> str:
    """Replaces the host of `http://edge.published/path` by 127.0.0.1 and the run's port. Raises ClusterError."""
    parts = urlsplit(url)
    name = (parts.hostname or "").removesuffix(PUBLISHED)
    port = values.get(f"{name.replace('-', '_')}_port")
    if not port:
        raise ClusterError("cluster.no-port", port=name)
    return urlunsplit(parts._replace(netloc=f"127.0.0.1:{port}"))


async def _request(client: httpx2.AsyncClient, url: str, request: CallRequest, number: int) -> Reply:
    nonce = f"{request.nonce}-{number}" if request.nonce and request.n > 1 else request.nonce
    headers = request.headers | ({NONCE: nonce} if nonce else {})
    sent, begun = time.time(), time.perf_counter()
    response, error = await _answer(client, url, request, headers)
    return Reply(
        i=number,
        t=round(sent, 3),
        nonce=nonce,
        status=response.status_code if response else 0,
        ms=round((time.perf_counter() - begun) * 1000, 3),
        error=error or (_class(response.status_code) if response else None),
        headers={name: response.headers[name] for name in SHOWN if name in response.headers} if response else {},
        peer="127.0.0.1" if response else "",
        tree=_tree(response) if response else None,
    )


async def _answer(
    client: httpx2.AsyncClient, url: str, request: CallRequest, headers: dict[str, str]
) -> tuple[httpx2.Response | None, str | None]:
    """Returns the response, or the error class."""
    import httpx2

    try:
        return await client.request(request.method, url, headers=headers, timeout=request.timeout_ms / 1000), None
    except httpx2.TimeoutException:
        return None, "timeout"
    except httpx2.ConnectError:
        return None, "refused"
    except httpx2.TransportError:
        # The engine's proxy accepts the connection before it knows whether anything listens behind the port.
        return None, "reset"


def _class(status: int) -> str | None:
    if status >= SERVER_ERROR:
        return "http_5xx"
    return "http_4xx" if status >= CLIENT_ERROR else None


def _tree(response: httpx2.Response) -> dict[str, Any] | None:
    """Returns the call tree; None when the answer is not the shop's."""
    try:
        found = json.loads(response.text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "service" in found else None
