"""How much traffic the pods have counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from meshlab.lab.address import Endpoint
from meshlab.run.observe import pods, traffic
from tests.unit.run.live import test_shop
from tests.unit.run.live.test_shop import Handler
from tests.unit.run.small_run import shop, small_run

admin = test_shop.admin


async def test_traffic_is_what_pods_of_the_graph_have_counted(
    tmp_path: Path, admin: tuple[str, type[Handler]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pod(name: str, app: str, phase: str = "Running") -> dict[str, Any]:
        about = {"namespace": "shop", "name": name, "labels": {"app": app, "version": "v2"}}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "status": {"phase": phase}}

    url, handler = admin
    handler.answers["/counters"] = {"received": 12, "by_status": {"200": 9, "404": 1, "503": 2}}
    kube = shop(pod("web-1", "web"), pod("web-2", "web", "Pending"), pod("router-1", "router"), pod("catalog-1", "catalog"))
    kube.forwards["web-1"] = url
    run = small_run(tmp_path, kube)
    endpoints = {**run.lab.services, "edge": Endpoint(select={"app": "edge"}), "router": Endpoint(select={"app": "router"})}
    lab = replace(run.lab, graph={"web": ("catalog", "router")}, services=endpoints)
    monkeypatch.setattr(type(run), "lab", property(lambda _: lab))
    found = await traffic.traffic(run, await pods.pods(run))
    assert [(one.service, one.pod, one.version, one.received, one.failed) for one in found.pods] == [
        ("web", "web-1", "v2", 12, 2)
    ], "catalog-1 cannot be asked, web-2 does not run yet, and a router is no service of the shop"
    assert [path for _, path, _ in handler.seen] == ["/counters"]
    await run.close()
