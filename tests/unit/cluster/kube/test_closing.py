"""Whoever is cancelled, late or left behind leaves no connection to the API server open, even if that one is slow."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from meshlab.cluster.cancelling import stop
from meshlab.cluster.kube import forward
from meshlab.cluster.kube.client import KubeClient
from meshlab.cluster.kube.forward import Forwards
from meshlab.cluster.poll import until
from meshlab.errors import ClusterError, ConnectionLost
from meshlab.lab.address import ObjectRef
from tests.unit.cluster.kube.tls_server import TlsServer, connection, kubeconfig, tls_server

PODS = ObjectRef(namespace="shop", kind="Pod")


async def local(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))


async def test_a_tunnel_whose_closing_is_cut_off_is_closed(tmp_path: Path) -> None:
    """The local side ended, so the tunnel says farewell to a server that is too busy to answer; then all is closed."""
    async with tls_server() as server:
        kube = KubeClient(kubeconfig(tmp_path, server.url))

        async def in_use() -> str:
            return "" if kube.forwards._open["shop", "web", 8080].result()._running else "nobody is connected"

        async with kube.forward("shop", "web", 8080) as url:
            _, writer = await local(url)
            writer.write(b"hello")
            await writer.drain()
            await until(in_use, 5, what="The tunnel's use", interval=0.01)
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.05)
        await kube.close()
        await server.nothing_is_open()


async def test_who_is_cancelled_while_closing_a_tunnel_does_not_leave_it(tmp_path: Path) -> None:
    async with tls_server() as server:
        to = connection(tmp_path, server)
        tunnel = await forward.dig(to, "shop", "web", 8080)
        closing = asyncio.ensure_future(tunnel.close())
        await asyncio.sleep(0.01)
        await stop([closing])
        await server.nothing_is_open()
        await to.close()


async def test_a_forward_that_cannot_listen_leaves_no_tunnel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_port(*_: object, **__: object) -> None:
        raise OSError("no port is free")

    async with tls_server() as server:
        to = connection(tmp_path, server)
        pool = Forwards(to)
        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "start_server", no_port)
            with pytest.raises(OSError, match="no port"):
                async with pool.url("shop", "web", 8080):
                    pass
        await server.nothing_is_open()
        await pool.close()
        await to.close()


async def test_a_pool_that_is_closed_while_a_forward_opens_leaves_no_tunnel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = asyncio.Event()

    async def slow(*_: object, **__: object) -> None:
        listening.set()
        await asyncio.Event().wait()

    async with tls_server() as server:
        to = connection(tmp_path, server)
        pool = Forwards(to)

        async def use() -> None:
            async with pool.url("shop", "web", 8080):
                pass

        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "start_server", slow)
            using = asyncio.ensure_future(use())
            await listening.wait()
            await pool.close()
            await asyncio.gather(using, return_exceptions=True)
        await server.nothing_is_open()
        await to.close()


async def test_a_request_that_is_cancelled_during_the_tls_handshake_leaves_no_connection(tmp_path: Path) -> None:
    async with tls_server(shakes_hands=False) as server:
        to = connection(tmp_path, server)
        asking = asyncio.ensure_future(to.request("GET", "/api/v1/pods"))
        await server.asked.wait()
        await stop([asking])
        await server.nothing_is_open()
        assert server.accepted == 1
        await to.close()


async def test_a_watch_that_is_closed_leaves_no_connection(tmp_path: Path) -> None:
    async with tls_server() as server:
        kube = KubeClient(kubeconfig(tmp_path, server.url))
        events = kube.watch(PODS)
        assert (await anext(events))[0] == "SYNC"
        waiting = asyncio.ensure_future(anext(events))
        await server.asked.wait()
        await stop([waiting])
        await kube.close()
        await server.nothing_is_open()


async def test_a_watch_of_a_closed_client_ends_instead_of_connecting_again(tmp_path: Path) -> None:
    async with tls_server() as server:
        kube = KubeClient(kubeconfig(tmp_path, server.url))
        events = kube.watch(PODS)
        assert (await anext(events))[0] == "SYNC"
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.05)
        await kube.close()
        with pytest.raises(ClusterError):
            async with asyncio.timeout(5):
                await waiting
        await server.nothing_is_open()


async def test_a_closed_client_opens_nothing_any_more(tmp_path: Path) -> None:
    """A task that was left behind still holds the client; nobody would close what it opens."""
    async with tls_server() as server:
        kube = KubeClient(kubeconfig(tmp_path, server.url))
        await kube.raw("/readyz")
        await kube.close()
        before = server.accepted
        with pytest.raises(ConnectionLost, match="was closed"):
            await kube.raw("/readyz")
        with pytest.raises(ConnectionLost, match="Forwarding port 8080 of pod shop/web"):
            async with kube.forward("shop", "web", 8080):
                pass
        assert server.accepted == before
        await server.nothing_is_open()


async def test_a_request_whose_client_is_closed_meanwhile_says_so(tmp_path: Path) -> None:
    """It is no connection that the server closed early: asking again would be refused with an error of the library's own."""
    async with tls_server() as server:
        to = connection(tmp_path, server)
        asking = asyncio.ensure_future(to.request("GET", "/api/v1/pods", params={"watch": "true"}))
        await server.asked.wait()
        await to.close()
        with pytest.raises(ConnectionLost, match="was closed"):
            await asking
        await server.nothing_is_open()


async def test_a_client_that_is_closed_while_it_opens_opens_nothing(tmp_path: Path) -> None:
    async with tls_server() as server:
        kube = KubeClient(kubeconfig(tmp_path, server.url))
        asking = asyncio.ensure_future(kube.raw("/readyz"))
        await asyncio.sleep(0)
        await kube.close()
        with pytest.raises(ConnectionLost, match="was closed"):
            await asking
        assert server.accepted == 0


async def test_closing_goes_to_its_end_when_it_is_cancelled(tmp_path: Path) -> None:
    async with tls_server() as server:
        kube = KubeClient(kubeconfig(tmp_path, server.url))
        async with kube.forward("shop", "web", 8080), kube.forward("shop", "web", 8081):
            await asyncio.gather(*(kube.raw("/readyz") for _ in range(4)))
        closing = asyncio.ensure_future(kube.close())
        await asyncio.sleep(0)
        for _ in range(2):
            closing.cancel()
            await asyncio.sleep(0)
        with suppress(asyncio.CancelledError):
            await closing
        await server.nothing_is_open()


def test_a_server_is_left_by_all(tmp_path: Path) -> None:
    """As the tests on real clusters do it: a loop of its own, which ends at once after the client was closed."""

    async def whole() -> TlsServer:
        async with tls_server() as server:
            kube = KubeClient(kubeconfig(tmp_path, server.url))
            async with kube.forward("shop", "web", 8080) as url:
                _, writer = await local(url)
                writer.write(b"hello")
                await writer.drain()
                writer.close()
            await kube.close()
            await server.nothing_is_open()
            return server

    assert asyncio.run(whole()).accepted >= 1
