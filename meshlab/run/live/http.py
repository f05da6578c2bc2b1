"""HTTP to a port of a pod, over a port-forward: the only way in which meshlab reaches pods."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from meshlab.errors import ClusterError

if TYPE_CHECKING:
    import httpx2

    from meshlab.cluster.api import Kube

KEPT = 1.5
"""Seconds that an unused connection is kept: less than any server here keeps it, so a request never meets a closed one."""


class Target(NamedTuple):
    """One port of one pod."""

    cluster: str
    namespace: str
    pod: str
    port: int


class PodHttp:
    """Requests to pods. Every failure to get an answer is a ClusterError."""

    def __init__(self, kube: Callable[[str], Awaitable[Kube]]) -> None:
        self._kube = kube
        self._client: httpx2.AsyncClient | None = None

    async def get(self, target: Target, path: str, timeout: float = 10.0) -> Any:
        """JSON where it is JSON, else text. Asked a second time when the connection broke: a GET may be sent twice."""
        try:
            return await self._send("GET", target, path, None, timeout)
        except _Broken:
            return await self.send("GET", target, path, None, timeout)

    async def send(self, method: str, target: Target, path: str, body: Any = None, timeout: float = 10.0) -> Any:
        """The same for what must not be sent twice."""
        try:
            return await self._send(method, target, path, body, timeout)
        except _Broken as error:
            raise ClusterError(f"Pod {target.pod} did not answer on port {target.port}: {error}.") from error

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _send(self, method: str, target: Target, path: str, body: Any, timeout: float) -> Any:
        import httpx2

        kube = await self._kube(target.cluster)
        async with kube.forward(target.namespace, target.pod, target.port) as url:
            try:
                response = await self._http().request(method, url + path, json=body, timeout=timeout)
            except httpx2.TimeoutException as error:
                raise ClusterError(f"Pod {target.pod} did not answer {method} {path} within {timeout:g} s.") from error
            except httpx2.TransportError as error:
                raise _Broken(str(error) or type(error).__name__) from error
        return _content(response, target, path)

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            import httpx2

            limits = httpx2.Limits(max_keepalive_connections=64, keepalive_expiry=KEPT)
            # All of it is plain HTTP on 127.0.0.1: no proxy of the machine, no certificates to load.
            self._client = httpx2.AsyncClient(trust_env=False, verify=False, limits=limits)
        return self._client


class _Broken(Exception):
    """The connection, not the pod's answer, is what failed."""


def _content(response: httpx2.Response, target: Target, path: str) -> Any:
    text = response.text
    if response.status_code >= 400:
        raise ClusterError(f"Pod {target.pod} refused {path}: {text[:200]}", status=response.status_code)
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
