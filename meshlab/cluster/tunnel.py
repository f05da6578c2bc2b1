"""One connection to a port of a pod: the API server's port-forward over a WebSocket (v4.channel.k8s.io).

Each message starts with a channel byte: 0 is data, 1 is what the kubelet says when it fails. The first message of each
channel only repeats the port. There is no half-close: whoever ends first ends both ways.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from meshlab.cluster import refusal
from meshlab.cluster.cleanup import stop
from meshlab.cluster.connection import TIMEOUT, Connection
from meshlab.errors import ClusterError

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

PROTOCOL = "v4.channel.k8s.io"
DATA, ERROR = 0, 1
CHUNK = 64 * 1024


class Tunnel:
    """Open until either side ends it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.error = ""
        """What the kubelet said, when it could not reach the port."""

    @property
    def alive(self) -> bool:
        """Whether it can still carry a connection."""
        from websockets.protocol import State

        return self._socket.state is State.OPEN

    async def bridge(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways until one side ends; the local connection is closed then."""
        ways = [asyncio.ensure_future(self._send(reader)), asyncio.ensure_future(self._receive(writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await stop(ways)

    async def _send(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(CHUNK):
            await self._socket.send(bytes((DATA,)) + data)

    async def _receive(self, writer: asyncio.StreamWriter) -> None:
        announced: set[int] = set()
        async for message in self._socket:
            frame = message if isinstance(message, bytes) else message.encode()
            if not frame:
                continue
            if frame[0] not in announced:
                announced.add(frame[0])
            elif frame[0] == ERROR:
                self.error += frame[1:].decode(errors="replace")
            elif frame[0] == DATA and len(frame) > 1:
                writer.write(frame[1:])
                await writer.drain()

    async def close(self) -> None:
        """End it."""
        await self._socket.close()


async def dig(connection: Connection, namespace: str, pod: str, port: int) -> Tunnel:
    """A new tunnel. ClusterError when the API server refuses it (no such pod, not allowed)."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus

    headers = await connection.auth_headers()
    server = connection.server.replace("http", "ws", 1)
    what = f"Forwarding port {port} of pod {namespace}/{pod}"
    try:
        socket = await connect(
            f"{server}/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}",
            subprotocols=[PROTOCOL],  # type: ignore[list-item]  # a NewType of str, not worth an import at start
            additional_headers=headers,
            ssl=connection.ssl if server.startswith("wss") else None,
            proxy=True if connection.trust_env else None,
            compression=None,
            open_timeout=TIMEOUT,
            ping_interval=None,
            close_timeout=0.5,
            max_size=None,
        )
    except InvalidStatus as error:
        refusal.check(error.response.status_code, bytes(error.response.body or b""), what)
        raise ClusterError(f"{what}: the API server answered {error.response.status_code}.") from error
    except TimeoutError as error:
        raise ClusterError(f"{what}: {connection.server} did not answer in time.", hint=refusal.HINT) from error
    except (InvalidHandshake, OSError, EOFError) as error:
        raise ClusterError(f"{what}: {refusal.why(error, connection.server)}", hint=refusal.HINT) from error
    return Tunnel(socket)
