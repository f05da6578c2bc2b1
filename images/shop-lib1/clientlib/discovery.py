"""Discovery by DNS: a headless Service's name has the addresses of all ready pods."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

SUFFIX = "-pods"
REFRESH = 2.0
Lookup = Callable[[str, int], Awaitable[list[str]]]


async def lookup(host: str, port: int) -> list[str]:
    """Addresses, sorted. OSError when the name has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
    return sorted({str(one[4][0]) for one in found})


class Balancer:
    """The pods behind one service, in turn. For `http://catalog:8080` it asks for `catalog-pods`."""

    def __init__(self, url: str, look: Lookup = lookup, refresh: float = REFRESH) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self._path = parts.path
        self._name = headless(parts.hostname or "")
        self._port = parts.port or 80
        self._look, self._refresh = look, refresh
        self._addresses: list[str] = []
        self._until = 0.0
        self._turn = 0

    async def next(self) -> str:
        """The URL of the next pod. OSError when the name cannot be looked up and never could."""
        now = asyncio.get_running_loop().time()
        if now >= self._until:
            await self._renew(now)
        self._turn += 1
        return f"http://{self._addresses[self._turn % len(self._addresses)]}:{self._port}{self._path}"

    def distrust(self) -> None:
        """Look again before the next call: a pod did not take the connection."""
        self._until = 0.0

    async def _renew(self, now: float) -> None:
        # Set first: calls that come meanwhile use what is there instead of asking too.
        self._until = now + self._refresh if self._addresses else 0.0
        try:
            self._addresses = await self._look(self._name, self._port)
        except OSError:
            # No pod is ready, or DNS is down. Old addresses are better than none.
            if not self._addresses:
                raise
        self._until = now + self._refresh


def headless(host: str) -> str:
    """catalog.shop → catalog-pods.shop; an address stays what it is."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        first, dot, rest = host.partition(".")
        return f"{first}{SUFFIX}{dot}{rest}"
    return host
