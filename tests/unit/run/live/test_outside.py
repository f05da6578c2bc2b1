"""Calls from this machine to a published port: what a visitor gets, in the form in which pods tell it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest

from meshlab.check.world import CallRequest
from meshlab.errors import ClusterError
from meshlab.run.live import outside

AT = outside.position("street", "")


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers as the shop does, says who it is asked for, and cuts what asks for `cut`."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
    if headers["host"] == "slow":
        await reader.read()
    if headers["host"] in ("cut", "slow"):
        writer.close()
        await writer.wait_closed()
        return
    tree = {"service": "web", "headers": {"x-meshlab-nonce": headers.get("x-meshlab-nonce", "")}, "path": head.split()[1]}
    body = json.dumps(tree) if headers["host"] == "shop" else "nobody of that name"
    status = "200 OK" if headers["host"] == "shop" else "404 Not Found"
    writer.write(f"HTTP/1.1 {status}\r\nserver: shop\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@pytest.fixture
async def values() -> AsyncIterator[dict[str, str]]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield {"edge_port": str(server.sockets[0].getsockname()[1])}


def request(host: str, n: int = 1, timeout_ms: int = 2000) -> CallRequest:
    return CallRequest(url="http://edge.published/cart", headers={"host": host}, n=n, nonce="n1", timeout_ms=timeout_ms)


async def test_each_request_carries_its_nonce_and_brings_the_tree(values: dict[str, str]) -> None:
    calls = await outside.call(AT, request("shop", n=2), values)
    assert [reply.nonce for reply in calls.replies] == ["n1-0", "n1-1"]
    for reply in calls.replies:
        assert reply.tree is not None
        assert reply.tree["headers"] == {"x-meshlab-nonce": reply.nonce}
        assert reply.tree["path"] == "/cart"
        assert (reply.status, reply.error, reply.headers, reply.peer) == (200, None, {"server": "shop"}, "127.0.0.1")


async def test_a_strangers_answer_is_no_tree(values: dict[str, str]) -> None:
    (reply,) = (await outside.call(AT, request("other"), values)).replies
    assert (reply.status, reply.error, reply.tree) == (404, "http_4xx", None)


@pytest.mark.parametrize(("host", "error"), [("cut", "reset"), ("slow", "timeout")])
async def test_no_answer_has_its_class(values: dict[str, str], host: str, error: str) -> None:
    (reply,) = (await outside.call(AT, request(host, timeout_ms=150), values)).replies
    assert (reply.status, reply.error, reply.peer) == (0, error, "")


async def test_nobody_listening_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (reply,) = (await outside.call(AT, request("shop"), {"edge_port": str(port)})).replies
    assert (reply.status, reply.error) == (0, "refused")


async def test_a_cluster_without_the_port_is_no_fault_of_the_learner() -> None:
    with pytest.raises(ClusterError, match="publishes no port 'edge'"):
        await outside.call(AT, request("shop"), {})
