"""HTTP to a port of a pod over a port-forward, which is how meshlab reaches every pod."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from meshlab.errors import ClusterError

if TYPE_CHECKING:
    import httpx2

    from meshlab.cluster.api import Kube

KEPT = 1.5
"""Seconds that an idle connection is kept. Every server here keeps it longer, so no request meets a closed one."""
KEPT_TO_ASK = 25.0
"""Seconds for GETs, which are repeated when the connection was closed. The map asks each pod every ten seconds, and a new
tunnel costs 25 ms of CPU time. It is less than an idle port-forward is kept."""


class PodPort(NamedTuple):
    """One port of one pod."""

    cluster: str
    namespace: str
    pod: str
    port: int


class PodHttp:
    """Sends requests to pods. Raises ClusterError when no answer comes."""

    def __init__(self, kube: Callable[[str], Awaitable[Kube]]) -> None:
        self._kube = kube
        self._clients: dict[float, httpx2.AsyncClient] = {}
        self._closed = False

    async def get(self, pod_port: PodPort, path: str, timeout: float = 10.0) -> Any:
        """Returns the decoded JSON, or text. Repeats the GET once when the connection broke. timeout: seconds."""
        try:
            return await self._send("GET", pod_port, path, None, timeout, kept=KEPT_TO_ASK)
        except _Broken:
            return await self.send("GET", pod_port, path, None, timeout)

    async def send(self, method: str, pod_port: PodPort, path: str, body: Any = None, timeout: float = 10.0) -> Any:
        """Sends a request once. Returns the decoded JSON, or text. timeout: seconds."""
        try:
            return await self._send(method, pod_port, path, body, timeout)
        except _Broken as error:
            raise ClusterError("pod.silent", pod=pod_port.pod, port=pod_port.port, why=str(error)) from error

    async def close(self) -> None:
        """Closes the connections; later requests are refused."""
        self._closed = True
        while self._clients:
            await self._clients.popitem()[1].aclose()

    async def _send(self, method: str, pod_port: PodPort, path: str, body: Any, timeout: float, kept: float = KEPT) -> Any:
        import httpx2

        kube = await self._kube(pod_port.cluster)
        async with kube.forward(pod_port.namespace, pod_port.pod, pod_port.port) as url:
            if self._closed:
                raise _Broken("it was closed")
            try:
                response = await self._client(kept).request(method, url + path, json=body, timeout=timeout)
            except httpx2.TimeoutException as error:
                raise ClusterError("pod.too-long", pod=pod_port.pod, method=method, path=path, seconds=timeout) from error
            except httpx2.TransportError as error:
                raise _Broken(str(error) or type(error).__name__) from error
        return _content(response, pod_port, path)

    def _client(self, kept: float) -> httpx2.AsyncClient:
        if kept not in self._clients:
            import httpx2

            limits = httpx2.Limits(max_keepalive_connections=64, keepalive_expiry=kept)
            # This is plain HTTP to 127.0.0.1: it needs no HTTP proxy and no certificates.
            self._clients[kept] = httpx2.AsyncClient(trust_env=False, verify=False, limits=limits)
        return self._clients[kept]


class _Broken(Exception):
    """The connection failed before an answer came."""


def _content(response: httpx2.Response, pod_port: PodPort, path: str) -> Any:
    text = response.text
    if response.status_code >= 400:
        raise ClusterError("pod.refused", pod=pod_port.pod, path=path, why=text[:200], status=response.status_code)
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
