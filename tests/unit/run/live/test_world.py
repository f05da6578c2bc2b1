"""What a check can look at in a running lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.check.world import Position
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from tests.unit.run.small_run import config_map, shop, small_run

AT = Position("router", "router-1", node="worker", ip="10.244.1.9", namespace="shop")


def pod(name: str, app: str, ip: str, **more: Any) -> dict[str, Any]:
    ready = [{"type": "Ready", "status": "True"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": more.get("namespace", "shop"), "labels": {"app": app}},
        "spec": {"nodeName": more.get("node", "worker"), "containers": [{"name": more.get("container", "envoy")}]},
        "status": {"phase": more.get("phase", "Running"), "podIP": ip, "conditions": ready},
    }


async def test_positions_are_running_pods_and_the_probe_has_one_a_node(tmp_path: Path) -> None:
    kube = shop(pod("web-1", "web", "10.0.0.1"), pod("web-0", "web", "10.0.0.2", phase="Pending"))
    for node in ("worker", "worker2"):
        kube.add(pod(f"probe-{node}", "probe", "10.0.1.1", namespace="meshlab", node=node))
    world = await small_run(tmp_path, kube).world()
    assert [position.pod for position in await world.positions("web")] == ["web-1"]
    assert [position.node for position in await world.positions("probe")] == ["worker", "worker2"]
    assert [position.pod for position in await world.positions("probe@worker2")] == ["probe-worker2"]
    with pytest.raises(ClusterError, match="no service 'nobody'"):
        await world.positions("nobody")


async def test_objects_take_the_labs_namespace(tmp_path: Path) -> None:
    kube = shop(config_map("paint", colour="red"))
    world = await small_run(tmp_path, kube).world()
    assert [one["metadata"]["name"] for one in await world.objects(ObjectRef(kind="ConfigMap"))] == ["paint"]
    assert await world.objects(ObjectRef(kind="ConfigMap", name="none")) == []


async def test_nonces_are_fresh_and_hexadecimal(tmp_path: Path) -> None:
    world = await small_run(tmp_path).world()
    nonces = {world.nonce() for _ in range(5000)}
    assert len(nonces) == 5000
    assert all(nonce[0] == "n" and len(nonce) == 11 and int(nonce[1:], 16) >= 0 for nonce in nonces)
