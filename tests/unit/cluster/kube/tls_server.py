"""An API server that speaks TLS and knows which of its connections are open. It may be too busy to answer."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from meshlab.cluster.kube.connection import Connection

# Made for these tests: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500
#   -subj /CN=meshlab-tests -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem
KEYS = Path(__file__).with_name("tls")
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Of every websocket handshake (RFC 6455, section 1.3)."""


class TlsServer:
    """Opens tunnels and never says a word in them; answers everything else with an empty object, or a watch of nothing."""

    def __init__(self) -> None:
        self.url = ""
        self.open: set[asyncio.Task[object]] = set()
        """Connections that the other side has not ended yet."""
        self.accepted = 0
        self.asked = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        self.accepted += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    await self._answer((await reader.readuntil(b"\r\n\r\n")).decode(), reader, writer)
        finally:
            self.open.discard(task)
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.set()
        if "/portforward" in head:
            key = next(line.split(": ")[1] for line in head.splitlines() if line.lower().startswith("sec-websocket-key"))
            accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
            lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
            lines += [f"Sec-WebSocket-Accept: {accept}", "Sec-WebSocket-Protocol: v4.channel.k8s.io", "", ""]
            writer.write("\r\n".join(lines).encode())
            await _until_the_end(reader)
        elif "watch=true" in head:
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            await _until_the_end(reader)
        else:
            body = json.dumps({"resources": [{"name": "pods", "kind": "Pod", "namespaced": True}]}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    async def handshake(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Instead of `serve`: too busy for the TLS handshake."""
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        self.accepted += 1
        try:
            await reader.read(1)
            self.asked.set()
            await _until_the_end(reader)
        finally:
            self.open.discard(task)
            writer.close()

    async def nothing_is_open(self) -> None:
        """Wait until the other side has ended every connection. AssertionError when it does not."""
        if self.open:
            _, left = await asyncio.wait(self.open, timeout=5)
            assert not left, f"{len(left)} of {self.accepted} connections were left open"


async def _until_the_end(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(1000):
            pass
    raise ConnectionResetError


def kubeconfig(folder: Path, url: str) -> Path:
    """A file that leads there."""
    cluster = {"server": url, "certificate-authority": str(KEYS / "cert.pem")}
    file = folder / "kubeconfig"
    file.write_text(
        json.dumps(
            {
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
                "clusters": [{"name": "c", "cluster": cluster}],
                "users": [{"name": "u", "user": {"token": "secret"}}],
            }
        )
    )
    return file


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def tls_server(*, shakes_hands: bool = True) -> AsyncIterator[TlsServer]:
    """One that listens. shakes_hands: False when it is too busy for TLS."""
    told = TlsServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(KEYS / "cert.pem", KEYS / "key.pem")
    serve = told.serve if shakes_hands else told.handshake
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context if shakes_hands else None)
    told.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield told
    finally:
        server.close()
        left = list(told.open)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def connection(folder: Path, server: TlsServer) -> Connection:
    """One that trusts the server."""
    return Connection(kubeconfig(folder, server.url))
