"""Ports of pods as ports of 127.0.0.1, inside this process: a listening socket, and a tunnel for each connection to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from meshlab.cluster.cleanup import stop
from meshlab.cluster.connection import Connection
from meshlab.cluster.tunnel import Tunnel, dig
from meshlab.errors import ClusterError

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
        self.users = 0
        self.error = ""
        """Why the last connection failed, empty when it did not."""

    async def open(self) -> None:
        """Listen. ClusterError when the first tunnel cannot be made; it serves the first connection."""
        tunnel = await dig(self._connection, *self._key)
        self._spare = (asyncio.get_running_loop().time(), tunnel)
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await self._serve(reader, writer)
        except ClusterError as error:
            self.error = error.message
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
        """Close all."""
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
