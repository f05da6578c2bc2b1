"""One kubeconfig context as an HTTP client: requests in, JSON out, every failure a ClusterError."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from meshlab.cluster.kube import refusal
from meshlab.errors import ClusterError, ConnectionLost, KubeconfigGone
from meshlab.words import Words

if TYPE_CHECKING:
    from httpcore2 import AsyncNetworkStream
    from httpx2 import AsyncClient, Response
    from lightkube.config.kubeconfig import SingleConfig

TIMEOUT = 10.0
"""Seconds until a request that nobody answers is given up."""


class Connection:
    """Opens itself with the first request; belongs to the event loop of that request. Once closed, it stays closed."""

    def __init__(self, kubeconfig: Path, context: str = "") -> None:
        self.kubeconfig = kubeconfig
        self.context = context
        self.server = ""
        self.namespace = "default"
        self.trust_env = False
        """Whether an HTTP proxy of the environment is used: never for a cluster on this machine."""
        self.ssl: ssl.SSLContext | None = None
        self.ended = False
        """Whether it was closed: who still holds it then is refused, or would open what nobody closes."""
        self._client: AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        what: Words | None = None,
        timeout: float = TIMEOUT,
    ) -> Response:
        """One request. `what` says what it was for in the error's sentence. ClusterError with the status when refused."""
        client = await self.client()
        what = what or Words("waits.asking", {"method": method, "path": path})
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": content_type} if body is not None else {}
        with refusal.sentences(what, self.server):
            request = client.build_request(
                method, path, params=params, content=content, headers=headers, timeout=timeout, extensions={"trace": Opening()}
            )
            try:
                response = await client.send(request)
            except refusal.closed_early() as error:
                if self.ended:
                    raise self.closed(what) from error
                # A kept connection that the server closed meanwhile. Reading again is always safe.
                if method != "GET":
                    raise
                response = await client.send(request)
        refusal.check(response.status_code, response.content, what)
        return response

    async def json(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """The same, decoded."""
        response = await self.request(method, path, **arguments)
        try:
            found: dict[str, Any] = msgspec.json.decode(response.content)
        except msgspec.DecodeError as error:
            raise ClusterError("api.no-json", path=path) from error
        return found

    @asynccontextmanager
    async def stream(
        self, path: str, *, params: dict[str, str], what: Words, silence: float
    ) -> AsyncIterator[AsyncIterator[str]]:
        """The lines of an answer that does not end by itself; `silence` is how many seconds may pass between two."""
        import httpx2

        client = await self.client()
        timeout = httpx2.Timeout(TIMEOUT, read=silence)
        with refusal.sentences(what, self.server):
            extensions = {"trace": Opening()}
            async with client.stream("GET", path, params=params, timeout=timeout, extensions=extensions) as response:
                if response.status_code >= 400:
                    refusal.check(response.status_code, await response.aread(), what)
                yield response.aiter_lines()

    async def auth_headers(self) -> dict[str, str]:
        """The headers that say who we are, for connections that are not made by the HTTP client."""
        import httpx2

        client = await self.client()
        if not isinstance(client.auth, httpx2.Auth):
            return {}
        flow = client.auth.async_auth_flow(httpx2.Request("GET", self.server))
        try:
            request = await anext(flow)
        finally:
            await flow.aclose()
        value = request.headers.get("Authorization")
        return {"Authorization": value} if value else {}

    async def client(self) -> AsyncClient:
        """The HTTP client. ClusterError when the kubeconfig cannot be used, or the connection was closed."""
        async with self._opening:
            config = await asyncio.to_thread(self._configure) if self._client is None and not self.ended else None
            if self.ended:
                raise self.closed(Words("waits.asking-server"))
            if config is not None:
                self._client = _open(config, self)
            assert self._client is not None
            return self._client

    def closed(self, what: Words) -> ConnectionLost:
        """The error for who comes after `close`."""
        server = self.server or str(self.kubeconfig)
        why = Words("errors.api.closed", {"server": server})
        return ConnectionLost("cluster.connection-lost", server=server, what=what, why=why)

    def _configure(self) -> SingleConfig:
        from lightkube.config.kubeconfig import KubeConfig
        from lightkube.core.exceptions import ConfigError
        from yaml import YAMLError

        if not self.kubeconfig.exists():
            raise KubeconfigGone("kubeconfig.gone", path=self.kubeconfig)
        try:
            config = KubeConfig.from_file(self.kubeconfig).get(self.context or None)
        except (ConfigError, OSError, YAMLError, KeyError, TypeError, msgspec.ValidationError) as error:
            raise ClusterError("kubeconfig.unusable", path=self.kubeconfig, why=str(error)) from error
        if config is None or config.user is None:
            raise ClusterError("kubeconfig.no-user", path=self.kubeconfig)
        return config

    async def close(self) -> None:
        """Give connections back; from now on nothing is opened."""
        self.ended = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


class Opening:
    """Closes a connection whose TLS handshake was cut off: the HTTP client forgets it then, and it stays open.

    A trace of the client (https://www.encode.io/httpcore/extensions/#trace): called at each step of a request.
    """

    def __init__(self) -> None:
        self._stream: AsyncNetworkStream | None = None

    async def __call__(self, step: str, about: dict[str, Any]) -> None:
        if step == "connection.connect_tcp.complete":
            self._stream = about["return_value"]
        elif step == "connection.start_tls.failed" and self._stream is not None:
            await self._stream.aclose()


def _open(config: SingleConfig, connection: Connection) -> AsyncClient:
    import httpx2
    from lightkube.config import client_adapter

    connection.server = config.cluster.server.rstrip("/")
    connection.namespace = config.namespace
    connection.context = config.context_name
    connection.trust_env = httpx2.URL(connection.server).host not in ("127.0.0.1", "localhost", "::1")
    try:
        parameters = client_adapter.ConnectionParams(timeout=httpx2.Timeout(TIMEOUT), trust_env=connection.trust_env)
        arguments = parameters.httpx_params(config)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ClusterError("kubeconfig.certificates", path=connection.kubeconfig, why=str(error)) from error
    connection.ssl = arguments["verify"]
    return httpx2.AsyncClient(**arguments)
