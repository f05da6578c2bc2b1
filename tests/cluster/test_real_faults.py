"""Each fault on a real cluster: applied, felt by traffic, undone, no longer felt, and nothing left in the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from meshlab.check.world import CallRequest, Position, Reply
from meshlab.cluster.poll import until
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Fault
from meshlab.run import faults
from meshlab.run.live.http import PodHttp, PodPort
from meshlab.run.live.positions import ADMIN_PORT
from meshlab.run.run import Run
from tests.cluster.inside import on
from tests.cluster.program import Program

WITHIN = 40.0
"""Seconds until what a fault does, or its undoing, must be seen."""
RATINGS = "http://ratings.shop:8080/"


@pytest.fixture(scope="module")
def routed(ready: Program) -> Program:
    """The lab with the router in front of every Service."""
    ready.ok("reset", "look", "--yes")
    ready.ok("solve", "router")
    return ready


def fault(kind: str, target: dict[str, Any], **parts: Any) -> Fault:
    return msgspec.convert({"kind": kind, "target": target, **parts}, Fault)


def deployment(name: str) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}


@asynccontextmanager
async def in_force(run: Run, one: Fault) -> AsyncIterator[None]:
    """The fault, seen to be in force inside and undone afterwards."""
    entry = await faults.begin(run, one)
    try:
        assert [pending.id for pending in run.journal.pending()] == [entry.id]

        async def pending() -> str:
            return "" if await faults.in_force(run, entry) else "it is not to be seen"

        await until(pending, WITHIN, what=f"The fault {one.kind}")
        yield
    finally:
        await faults.undo(run, entry)
    assert run.journal.pending() == []


async def probe(run: Run, *, not_on: str = "") -> Position:
    found = await (await run.world()).positions("probe")
    return next(one for one in found if one.node != not_on)


async def ask(run: Run, url: str = RATINGS, caller: Position | None = None) -> Reply:
    """One request on a new connection."""
    world = await run.world()
    request = CallRequest(url=url, timeout_ms=2000, nonce=world.nonce())
    return (await world.call(caller or await probe(run), request)).replies[0]


async def comes(about: Callable[[Reply], bool], reply: Callable[[], Awaitable[Reply]]) -> None:
    """Until an answer is as it should be."""

    async def pending() -> str:
        seen = await reply()
        return "" if about(seen) else f"{seen.status} {seen.error} {seen.ms:.0f} ms"

    await until(pending, WITHIN, what="The expected answer")


def well(reply: Reply) -> bool:
    return reply.status == 200 and not reply.error


async def pods(run: Run, app: str) -> list[dict[str, Any]]:
    return await (await run.kube()).list(ObjectRef(kind="Pod", namespace="shop", labels={"app": app}))


def test_slow_service(routed: Program) -> None:
    async def work(run: Run) -> None:
        async with in_force(run, fault("slow-service", deployment("ratings"), milliseconds=700)):
            await comes(lambda reply: well(reply) and reply.ms >= 700, lambda: ask(run))
        await comes(lambda reply: well(reply) and reply.ms < 700, lambda: ask(run))

    on(routed, work)


def test_fail_service(routed: Program) -> None:
    async def work(run: Run) -> None:
        async with in_force(run, fault("fail-service", deployment("ratings"), **{"error-rate": 1.0})):
            await comes(lambda reply: reply.status >= 500, lambda: ask(run))
        await comes(well, lambda: ask(run))

    on(routed, work)


def test_load(routed: Program) -> None:
    async def work(run: Run) -> None:
        http = PodHttp(run.kube)
        pod = (await pods(run, "ratings"))[0]["metadata"]["name"]

        async def received() -> int:
            told = await http.get(PodPort("", "shop", pod, ADMIN_PORT), "/counters")
            return int(told["received"])

        async def sending() -> str:
            some = [one["metadata"]["name"] for one in await pods(run, "pricing")]
            told = [await http.get(PodPort("", "shop", one, ADMIN_PORT), "/load") for one in some]
            return "it is still sent" if any(one.get("running") for one in told) else ""

        try:
            before = await received()
            async with in_force(run, fault("load", deployment("pricing"), url=RATINGS, rate=200, concurrency=4)):
                assert await sending()

                async def pending() -> str:
                    grown = await received() - before
                    return "" if grown > 200 else f"{grown} requests arrived"

                await until(pending, WITHIN, what="The load at ratings")
            await until(sending, WITHIN, what="The end of the load")
        finally:
            await http.close()

    on(routed, work)


def test_drain_proxy(routed: Program) -> None:
    async def work(run: Run) -> None:
        drained = {pod["metadata"]["uid"] for pod in await pods(run, "router")}
        async with in_force(run, fault("drain-proxy", deployment("router"))):
            await comes(lambda reply: reply.error in ("refused", "timeout", "reset"), lambda: ask(run))
            assert {pod["metadata"]["uid"] for pod in await pods(run, "router")} == drained, "alive, and serving nobody"
        await comes(well, lambda: ask(run))

    on(routed, work)


def test_pause_node(routed: Program) -> None:
    async def work(run: Run) -> None:
        pod = (await pods(run, "ratings"))[0]
        node, url = pod["spec"]["nodeName"], f"http://{pod['status']['podIP']}:8080/"
        caller = await probe(run, not_on=node)
        async with in_force(run, fault("pause-node", {"kind": "Node", "name": node})):
            await comes(lambda reply: reply.error == "timeout", lambda: ask(run, url, caller))
        await comes(well, lambda: ask(run, url, caller))

    on(routed, work)


def test_drop_route(routed: Program) -> None:
    async def work(run: Run) -> None:
        pod = (await pods(run, "ratings"))[0]
        node, url = pod["spec"]["nodeName"], f"http://{pod['status']['podIP']}:8080/"
        there = await (await run.kube()).get(ObjectRef(kind="Node", name=node))
        caller = await probe(run, not_on=node)
        assert there is not None
        cut = fault("drop-route", {"kind": "Node", "name": caller.node}, key=there["spec"]["podCIDR"])
        async with in_force(run, cut):
            await comes(lambda reply: bool(reply.error), lambda: ask(run, url, caller))
        await comes(well, lambda: ask(run, url, caller))

    on(routed, work)


def test_label_node(routed: Program) -> None:
    """Felt by what selects nodes: a pod that only fits the labelled one is placed there, and nowhere without the label."""

    async def work(run: Run) -> None:
        kube, node = await run.kube(), (await probe(run)).node
        labels = {"meshlab.dev/test": "here"}

        async def placed(name: str) -> str:
            spec = {"nodeSelector": labels, "containers": [{"name": "x", "image": run.values["image_shop"]}]}
            await kube.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"}, "spec": spec})
            found: list[str] = []

            async def pending() -> str:
                pod = await kube.get(ObjectRef(kind="Pod", namespace="shop", name=name)) or {}
                conditions = pod.get("status", {}).get("conditions") or []
                verdict = [one for one in conditions if one["type"] == "PodScheduled"]
                found[:] = [pod.get("spec", {}).get("nodeName", "")]
                return "" if verdict else "it has not been looked at"

            await until(pending, WITHIN, what="The scheduler's verdict")
            await kube.delete(ObjectRef(kind="Pod", namespace="shop", name=name), grace=0)
            return found[0]

        async with in_force(run, fault("label-node", {"kind": "Node", "name": node}, labels=labels)):
            assert await placed("with-label") == node
        assert await placed("without-label") == ""

    on(routed, work)
