"""One outgoing HTTP request, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

import aiohttp

from shop import errors, headers

MAX_BODY = 1 << 20
IDLE = 15.0
_UNCAPTURED = frozenset({8081, 8082})
_PROXIES: dict[str, str] = getproxies_environment()


@dataclass
class Outcome:
    """status is 0 when no answer came; ms runs to the last byte of the body."""

    status: int = 0
    ms: float = 0.0
    error: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    peer: str | None = None
    body: bytes = b""


class _Response(aiohttp.ClientResponse):
    """Remembers whom it came from: the connection is given back before a caller could ask."""

    peer: str | None = None

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        name = connection.transport.get_extra_info("peername") if connection.transport else None
        self.peer = name[0] if name else None
        return await super().start(connection)


def open_session(*, keepalive: bool) -> aiohttp.ClientSession:
    """keepalive False: every request resolves the name and connects anew."""
    connector = aiohttp.TCPConnector(
        limit=0,
        use_dns_cache=False,
        resolver=aiohttp.ThreadedResolver(),
        force_close=not keepalive,
        keepalive_timeout=IDLE if keepalive else None,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=_Response,
        skip_auto_headers=("Accept-Encoding", "User-Agent"),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
    )
    # aiohttp repeats a GET whose pooled connection broke. A measuring client must send what it counts.
    session._retry_connection = False
    return session


async def send(
    session: aiohttp.ClientSession,
    url: str,
    *,
    timeout: float,
    method: str = "GET",
    headers_: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Outcome:
    """Never raises for what the network or the peer does; `timeout` is seconds for all of it."""
    out = Outcome()
    begun = time.perf_counter()
    try:
        async with (
            asyncio.timeout(timeout),
            session.request(method, url, headers=headers_, data=body, allow_redirects=False, proxy=proxy_of(url)) as response,
        ):
            out.peer = getattr(response, "peer", None)
            out.headers = headers.answered(response.headers)
            out.body = await _read(response)
            out.status = response.status
            out.error = errors.of_status(response.status)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as exc:
        out.error = errors.of_exception(exc)
    out.ms = round((time.perf_counter() - begun) * 1000, 3)
    return out


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body up to MAX_BODY; the rest is read and dropped, so that the time is the whole answer's."""
    kept = bytearray()
    async for chunk in response.content.iter_any():
        if len(kept) < MAX_BODY:
            kept += chunk
    return bytes(kept[:MAX_BODY])


def proxy_of(url: str) -> str | None:
    """The http_proxy of the environment, for calls that a stage may capture: not for admin and direct ports."""
    proxy = _PROXIES.get("http")
    if not proxy:
        return None
    host, _, port = url.removeprefix("http://").partition("/")[0].rpartition(":")
    if port.isdigit() and int(port) in _UNCAPTURED:
        return None
    return None if proxy_bypass_environment(host or port) else proxy
