"""Watching through everything that ends a watch: no change and no deletion is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from meshlab.cluster.kube import watch
from meshlab.cluster.kube.client import KubeClient
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from tests.unit.cluster.api_server import ApiServer, config, event, pod, serving

PODS = "/api/v1/namespaces/shop/pods"


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ApiServer]:
    monkeypatch.setattr(watch, "PAUSE", (0.001, 0.01))
    async with serving() as server:
        yield server


@pytest_asyncio.fixture
async def kube(server: ApiServer, tmp_path: Path) -> AsyncIterator[KubeClient]:
    client = KubeClient(config(tmp_path, server.url))
    yield client
    await client.close()


async def seen(kube: KubeClient, count: int) -> list[tuple[str, str]]:
    """The first events, as kind and name."""
    found: list[tuple[str, str]] = []
    async with asyncio.timeout(20), aclosing(kube.watch(ObjectRef(namespace="shop", kind="Pod"))) as events:
        async for kind, obj in events:
            found.append((kind, obj.get("metadata", {}).get("name", "")))
            if len(found) == count:
                break
    return found


async def forever(response: web.StreamResponse, number: int) -> None:
    await asyncio.Event().wait()


async def test_first_all_that_is_there_then_changes(server: ApiServer, kube: KubeClient) -> None:
    one = server.put(f"{PODS}/a", pod("a"))

    async def script(response: web.StreamResponse, number: int) -> None:
        await response.write(event("BOOKMARK", {"metadata": {"resourceVersion": "500"}}))
        await response.write(event("MODIFIED", one))
        await response.write(event("DELETED", one))
        await forever(response, number)

    server.script = script
    assert await seen(kube, 4) == [("ADDED", "a"), ("SYNC", ""), ("MODIFIED", "a"), ("DELETED", "a")]


async def test_a_watch_that_ends_well_goes_on_from_its_bookmark(server: ApiServer, kube: KubeClient) -> None:
    new = {**pod("b"), "metadata": {**pod("b")["metadata"], "resourceVersion": "900"}}

    async def script(response: web.StreamResponse, number: int) -> None:
        if number == 1:
            await response.write(event("BOOKMARK", {"metadata": {"resourceVersion": "777"}}))
            return
        await response.write(event("ADDED", new))
        await forever(response, number)

    server.script = script
    assert await seen(kube, 2) == [("SYNC", ""), ("ADDED", "b")]
    assert server.watches == ["100", "777"]


@pytest.mark.parametrize("fault", ["410", "cut line", "broken", "unknown"])
async def test_what_happened_in_a_gap_is_made_up_for(server: ApiServer, kube: KubeClient, fault: str) -> None:
    for name in ("gone", "kept", "changed"):
        server.put(f"{PODS}/{name}", pod(name))

    async def script(response: web.StreamResponse, number: int) -> None:
        if number > 1:
            await forever(response, number)
        del server.objects[f"{PODS}/gone"]
        server.put(f"{PODS}/changed", pod("changed"))
        server.put(f"{PODS}/new", pod("new"))
        if fault == "410":
            await response.write(event("ERROR", {"kind": "Status", "code": 410, "message": "too old"}))
        elif fault == "cut line":
            await response.write(event("ADDED", pod("x"))[:-20])
        elif fault == "unknown":
            await response.write(b'{"other": 1}\n')
        else:
            await response.write(b"")
            transport = response._req.transport  # type: ignore[union-attr]
            assert transport is not None
            transport.abort()

    server.script = script
    events = await seen(kube, 7)
    assert events[:4] == [("ADDED", "changed"), ("ADDED", "gone"), ("ADDED", "kept"), ("SYNC", "")]
    assert sorted(events[4:]) == [("ADDED", "new"), ("DELETED", "gone"), ("MODIFIED", "changed")]


async def test_made_again_under_the_same_name_is_two_events(server: ApiServer, kube: KubeClient) -> None:
    server.put(f"{PODS}/a", pod("a"))

    async def script(response: web.StreamResponse, number: int) -> None:
        if number > 1:
            await forever(response, number)
        del server.objects[f"{PODS}/a"]
        server.put(f"{PODS}/a", pod("a"))
        await response.write(event("ERROR", {"code": 410}))

    server.script = script
    assert (await seen(kube, 4))[2:] == [("DELETED", "a"), ("ADDED", "a")]


async def test_an_error_before_the_first_list_is_raised_and_a_later_one_is_not(server: ApiServer, kube: KubeClient) -> None:
    server.refuse["GET"] = (403, "pods is forbidden")
    with pytest.raises(ClusterError, match="403"):
        await seen(kube, 1)
    server.refuse.clear()
    await kube.list(ObjectRef(namespace="shop", kind="Pod"))

    async def script(response: web.StreamResponse, number: int) -> None:
        if number == 1:
            server.refuse["GET"] = (500, "trouble")
            asyncio.get_running_loop().call_later(0.05, server.refuse.clear)
            server.put(f"{PODS}/late", pod("late"))
            return
        await forever(response, number)

    server.script = script
    assert await seen(kube, 2) == [("SYNC", ""), ("ADDED", "late")]
