"""Who reaches whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshlab.check.world import CallRequest, Position
from tests.unit.check.sim import Hop, Sim, changed, host, shop
from tests.unit.check.situations.base import situation
from tests.unit.check.situations.object import meta
from tests.unit.check.situations.path import without_web

ROWS: dict[str, Any] = {"rows": ["web", "probe"], "columns": ["catalog", "reviews"]}
ALL = {**ROWS, "cells": [{"expect": 1.0}]}
DOWN = {**ROWS, "cells": [{"expect": 1.0}, {"to": ["catalog"], "expect": 0.0, "errors": ["refused", "timeout"]}]}


def dead_router(error: str | None = "refused") -> Callable[[], Sim]:
    return lambda: changed(shop("catalog"), "catalog", error=error, through=())


def endpoints(ready_nodes: int) -> Callable[[], Sim]:
    """Two endpoints of catalog on two nodes, of which some are ready; half of the calls follow."""

    def make() -> Sim:
        sim = changed(shop("catalog"), "catalog", error=lambda p, r, i: "timeout" if i % 2 >= ready_nodes else None)
        ends = [{"nodeName": node, "conditions": {"ready": True}} for node in ("node-a", "node-b")]
        for name in ("catalog", "reviews"):
            mine = ends if name == "catalog" else ends[:1]
            sim.store.setdefault("EndpointSlice", []).append(
                meta(f"{name}-x", labels={"kubernetes.io/service-name": name}, endpoints=mine)
            )
        sim.store["Node"] = [
            meta(node, status={"conditions": [{"type": "Ready", "status": "True" if place < ready_nodes else "Unknown"}]})
            for place, node in enumerate(("node-a", "node-b"))
        ]
        return sim

    return make


def node_b_without_proxy(bypass: bool = False) -> Callable[[], Sim]:
    """node-b's proxy is gone: nobody there gets out, and what is there gets nothing, unless calls do not need the proxies."""

    def make() -> Sim:
        sim = shop()
        del sim.proxies["node-proxy"]["node-proxy-b"]
        usual = sim.hop

        def hop(position: Position, request: CallRequest, i: int) -> Hop:
            result = usual(position, request, i)
            nodes = sorted(pod.node for pod in sim.pods.values() if pod.service == host(request))
            if not bypass and "node-b" in (position.node, nodes[i % len(nodes)]):
                result.error = "refused"
            return result

        sim.hop = hop
        return sim

    return make


def unready_proxy() -> Sim:
    """It is there, and ready for nobody."""
    sim = node_b_without_proxy()()
    sim.proxies["node-proxy"]["node-proxy-b"] = Position(
        "node-proxy", "node-proxy-b", "node-b", "10.244.2.9", "shop", ready=False
    )
    return sim


def silent_probe() -> Sim:
    sim = shop()
    sim.unreachable.add("probe-b")
    return sim


COMPUTED = {**ROWS, "requests": 20, "cells": [{"expect": "computed"}]}
VIA = {**COMPUTED, "via": "node-proxy"}
situation("matrix", "all-green", ALL, shop, "pass")
situation("matrix", "router-down", DOWN, dead_router(), "pass")
situation("matrix", "router-not-down", DOWN, shop, "fail", "matrix.cells")
situation("matrix", "wrong-error-class", DOWN, dead_router("dns"), "fail", "matrix.cells", cheat=True)
situation("matrix", "canned-matrix", ALL, lambda: changed(shop(), "catalog", canned=True), "fail", "matrix.cells", cheat=True)
situation("matrix", "half-the-endpoints", COMPUTED, endpoints(1), "pass")
situation("matrix", "half-not-expected", COMPUTED, lambda: half_without_reason(), "fail", "matrix.cells")
situation("matrix", "half-by-node-proxies", VIA, node_b_without_proxy(), "pass")
situation("matrix", "unready-node-proxy", VIA, unready_proxy, "pass")
situation("matrix", "node-proxy-passed-by", VIA, node_b_without_proxy(bypass=True), "fail", "matrix.cells", cheat=True)
situation("matrix", "row-unmeasured", ALL, silent_probe, "error", "matrix.unmeasured")
situation("matrix", "row-without-pods", ALL, without_web, "error", "matrix.unmeasured")


def half_without_reason() -> Sim:
    """Both nodes are ready, and half of the calls fail all the same."""
    sim = endpoints(2)()
    return changed(sim, "catalog", error=lambda p, r, i: "timeout" if i % 2 else None)
