"""Ports of pods as ports of 127.0.0.1, inside this process: a listening socket, and a tunnel for each connection to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from meshlab.cluster.cancelling import stop, to_the_end
from meshlab.cluster.kube import refusal
from meshlab.cluster.kube.connection import TIMEOUT, Connection
from meshlab.errors import ClusterError
from meshlab.words import Words

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection


log = logging.getLogger(__name__)

IDLE = 30.0
"""Seconds that a forward nobody uses is kept."""
SPARE = 5.0
"""Seconds that a tunnel may wait for its first connection: the pod's server may end idle ones."""

Key = tuple[str, str, int]


class Forward:
    """One port of one pod."""

    def __init__(self, connection: Connection, key: Key) -> None:
        self._connection = connection
        self._key = key
        self._server: asyncio.Server | None = None
        self._spare: tuple[float, Tunnel] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False
        self.users = 0
        self.error = ""
        """Why the last connection failed, empty when it did not."""

    async def open(self) -> None:
        """Listen. ClusterError when the first tunnel cannot be made; it serves the first connection."""
        tunnel = await dig(self._connection, *self._key)
        self._spare = (asyncio.get_running_loop().time(), tunnel)
        # Made first, started second: starting may be cancelled, and what listens must be known to `close` by then.
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, start_serving=False)
        await self._server.start_serving()

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:
            # Accepted just before the end: `close` did not know of this task yet.
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await self._serve(reader, writer)
        except ClusterError as error:
            self.error = error.message
            log.info("%s", error.message)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel = await self._tunnel()
        try:
            await tunnel.bridge(reader, writer)
        finally:
            self.error = tunnel.error
            await tunnel.close()

    async def _tunnel(self) -> Tunnel:
        spare, self._spare = self._spare, None
        if spare is not None:
            since, tunnel = spare
            if tunnel.alive and asyncio.get_running_loop().time() - since < SPARE:
                return tunnel
            await tunnel.close()
        return await dig(self._connection, *self._key)

    async def close(self) -> None:
        """Stop listening and end what is open."""
        self._closed = True
        if self._server is not None:
            self._server.close()
        await stop(list(self._running))
        if self._spare is not None:
            await self._spare[1].close()
            self._spare = None
        if self._server is not None:
            with suppress(OSError):
                await self._server.wait_closed()


class Forwards:
    """At most one forward for each port; kept for a while after its last use, because the next check wants it again."""

    def __init__(self, connection: Connection, idle: float = IDLE) -> None:
        self._connection = connection
        self._idle = idle
        self._open: dict[Key, asyncio.Future[Forward]] = {}
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    @asynccontextmanager
    async def url(self, namespace: str, pod: str, port: int) -> AsyncIterator[str]:
        """The URL while the context lasts. ClusterError when the pod cannot be reached."""
        key = (namespace, pod, port)
        forward = await self._get(key)
        forward.users += 1
        try:
            yield forward.url
        finally:
            forward.users -= 1
            if forward.users == 0:
                self._rest(key)

    def error(self, namespace: str, pod: str, port: int) -> str:
        """Why the last connection through it failed; empty when it did not."""
        future = self._open.get((namespace, pod, port))
        return future.result().error if future is not None and future.done() and not future.exception() else ""

    async def _get(self, key: Key) -> Forward:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if self._closed:
            raise self._connection.closed(what_for(*key))
        if key not in self._open:
            self._open[key] = asyncio.ensure_future(self._make(key))
        # Shielded: who asked first may be cancelled while others wait for the same forward.
        return await asyncio.shield(self._open[key])

    async def _make(self, key: Key) -> Forward:
        forward = Forward(self._connection, key)
        try:
            await forward.open()
        except BaseException:
            self._open.pop(key, None)
            await to_the_end(forward.close())
            raise
        if forward.users == 0:
            self._rest(key)
        return forward

    def _rest(self, key: Key) -> None:
        loop = asyncio.get_running_loop()
        old = self._timers.pop(key, None)
        if old is not None:
            old.cancel()
        self._timers[key] = loop.call_later(self._idle, self._expire, key)

    def _expire(self, key: Key) -> None:
        self._timers.pop(key, None)
        future = self._open.get(key)
        if future is None or not future.done() or future.result().users:
            return
        del self._open[key]
        task = asyncio.ensure_future(future.result().close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close all; from now on nothing is opened."""
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        futures = list(self._open.values())
        self._open.clear()
        for future in futures:
            future.cancel()
        for made in await asyncio.gather(*futures, return_exceptions=True):
            if isinstance(made, Forward):
                await made.close()
        await asyncio.gather(*self._closing, return_exceptions=True)


PROTOCOL = "v4.channel.k8s.io"
DATA, ERROR = 0, 1
CHUNK = 64 * 1024


class Tunnel:
    """Open until either side ends it.

    Made by `websockets` rather than by httpx2's own, whose session belongs to the task that opened it (a tunnel waits for
    its first connection in another), and which takes 1.6 times as long for a connection, 1.8 for an answer, and two to four
    times for 20 MB (3.1 against 1.9 ms, 0.29 against 0.16 ms, 80 against 41 ms down, 120 against 30 ms up).
    """

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
        """End it. Who is cancelled meanwhile does not wait for the API server's farewell: then the connection is cut."""
        try:
            await self._socket.close()
        finally:
            # The websocket itself cuts it after its `close_timeout` only when nobody cancels that wait.
            self._socket.transport.abort()


def what_for(namespace: str, pod: str, port: int) -> Words:
    """A forward in a sentence."""
    return Words("waits.forwarding", {"port": port, "pod": f"{namespace}/{pod}"})


async def dig(connection: Connection, namespace: str, pod: str, port: int) -> Tunnel:
    """A new tunnel. ClusterError when the API server refuses it (no such pod, not allowed)."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidStatus

    headers = await connection.auth_headers()
    server = connection.server.replace("http", "ws", 1)
    what = what_for(namespace, pod, port)
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
        raise ClusterError("api.answered", what=what, code=error.response.status_code) from error
    except TimeoutError as error:
        raise ClusterError("api.silent", what=what, why=refusal.late(connection.server)) from error
    except (InvalidHandshake, OSError, EOFError) as error:
        raise ClusterError("api.silent", what=what, why=refusal.why(error, connection.server)) from error
    return Tunnel(socket)
