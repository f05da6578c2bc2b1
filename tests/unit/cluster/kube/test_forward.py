"""Port-forward against a server that speaks the kubelet's side of v4.channel.k8s.io."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from meshlab.cluster.kube.connection import Connection
from meshlab.cluster.kube.forward import Forwards
from meshlab.errors import ClusterError
from tests.unit.cluster.api_server import config

DATA, ERROR = b"\x00", b"\x01"


class Kubelet:
    """Echoes, in capitals, whatever is sent to a pod's port; port 9 is refused; pod `nobody` is not there."""

    def __init__(self) -> None:
        self.opened = 0
        self.authorization: list[str | None] = []
        self.url = ""

    async def talk(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.opened += 1
        port = int(parse_qs(urlsplit(socket.request.path).query)["ports"][0])
        for channel in (DATA, ERROR):
            await socket.send(channel + port.to_bytes(2, "little"))
        if port == 9:
            await socket.send(ERROR + b"dial tcp 127.0.0.1:9: connect: connection refused")
            return
        with suppress(ConnectionClosed):
            async for message in socket:
                assert isinstance(message, bytes)
                await socket.send(DATA + message[1:].upper())

    def greet(self, socket: ServerConnection, request: Request) -> Response | None:
        self.authorization.append(request.headers.get("Authorization"))
        if "/pods/nobody/" in request.path:
            return Response(HTTPStatus.NOT_FOUND, "", Headers(), b'{"kind":"Status","message":"pods nobody not found"}')
        return None


@asynccontextmanager
async def kubelet() -> AsyncIterator[Kubelet]:
    one = Kubelet()
    subprotocols = ["v4.channel.k8s.io"]
    async with serve(one.talk, "127.0.0.1", 0, subprotocols=subprotocols, process_request=one.greet) as server:  # type: ignore[arg-type]
        one.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield one


@asynccontextmanager
async def forwards(folder: Path, idle: float = 30.0) -> AsyncIterator[tuple[Forwards, Kubelet]]:
    async with kubelet() as one:
        connection = Connection(config(folder, one.url))
        pool = Forwards(connection, idle)
        try:
            yield pool, one
        finally:
            await pool.close()
            await connection.close()


async def ask(url: str, text: bytes) -> bytes:
    """Send, read as much as was sent, close."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    try:
        writer.write(text)
        return await asyncio.wait_for(reader.read(len(text)), 10)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_bytes_go_both_ways_on_many_connections_at_once(tmp_path: Path) -> None:
    async with forwards(tmp_path) as (pool, server), pool.url("shop", "web", 8080) as url:
        answers = await asyncio.gather(*(ask(url, f"hello {number}".encode()) for number in range(8)))
        assert sorted(answers) == [f"HELLO {number}".encode() for number in range(8)]
        assert server.opened == 8
        assert set(server.authorization) == {"Bearer secret"}


async def test_much_at_once_arrives_whole(tmp_path: Path) -> None:
    async with forwards(tmp_path) as (pool, _), pool.url("shop", "web", 8080) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"a" * 3_000_000)
        assert await asyncio.wait_for(reader.readexactly(3_000_000), 20) == b"A" * 3_000_000
        writer.close()
        await writer.wait_closed()


async def test_one_port_is_forwarded_once(tmp_path: Path) -> None:
    async with forwards(tmp_path) as (pool, _):
        async with pool.url("shop", "web", 8080) as first, pool.url("shop", "web", 8080) as second:
            assert first == second
        async with pool.url("shop", "web", 8080) as third, pool.url("shop", "web", 8081) as other:
            assert third == first
            assert other != first


async def test_an_idle_forward_is_closed(tmp_path: Path) -> None:
    async with forwards(tmp_path, idle=0.05) as (pool, _):
        async with pool.url("shop", "web", 8080) as url:
            await asyncio.sleep(0.1)
            assert await ask(url, b"still") == b"STILL"
        async with asyncio.timeout(10):
            while True:
                try:
                    await ask(url, b"x")
                except OSError:
                    break
                await asyncio.sleep(0.02)


async def test_a_pod_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with forwards(tmp_path) as (pool, _):
        for _ in range(2):
            with pytest.raises(ClusterError, match="port 80 of pod shop/nobody was refused") as caught:
                async with pool.url("shop", "nobody", 80):
                    pass
            assert caught.value.status == 404


async def test_a_port_that_nobody_listens_on_ends_the_connection_with_its_reason(tmp_path: Path) -> None:
    async with forwards(tmp_path) as (pool, _), pool.url("shop", "web", 9) as url:
        assert await ask(url, b"hello") == b""
        assert "connection refused" in pool.error("shop", "web", 9)


async def test_a_server_that_is_gone_is_said(tmp_path: Path) -> None:
    connection = Connection(config(tmp_path, "http://127.0.0.1:1"))
    pool = Forwards(connection)
    with pytest.raises(ClusterError, match="nothing listens"):
        async with pool.url("shop", "web", 80):
            pass
    await pool.close()
    await connection.close()


async def test_who_asks_first_may_be_cancelled(tmp_path: Path) -> None:
    async with forwards(tmp_path) as (pool, _):

        async def use() -> bytes:
            async with pool.url("shop", "web", 8080) as url:
                return await ask(url, b"x")

        first, second = asyncio.create_task(use()), asyncio.create_task(use())
        await asyncio.sleep(0)
        first.cancel()
        assert await second == b"X"
        with suppress(asyncio.CancelledError):
            await first
