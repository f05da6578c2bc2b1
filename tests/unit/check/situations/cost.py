"""What node proxies, hidden ones, or no proxy at all take."""

from __future__ import annotations

from collections.abc import Callable

from meshlab.check.world import Usage, Usages
from tests.unit.check.sim import START, Sim, shop
from tests.unit.check.situations.base import situation

MIB = 1024 * 1024
NODES = {"proxies": ["node-proxy"], "seconds": 20, "measure": True}
ANY = {"images": ["envoy", "nginx", "traefik"], "measure": True}


def busy(
    *,
    memory: float = 18.0,
    cores: float = 0.05,
    image: str = "envoyproxy/envoy:v1",
    container: str = "envoy",
    stuck: bool = False,
) -> Callable[[], Sim]:
    """Two node proxies that take so much each; the kubelet counts anew after ten seconds, unless it is stuck."""

    def make() -> Sim:
        sim = shop()
        pods = sim.proxies["node-proxy"]
        sim.store["Pod"] = [
            {
                "metadata": {"name": name, "namespace": "shop", "labels": {}},
                "spec": {
                    "nodeName": pod.node,
                    "initContainers": [{"name": "setup", "image": "busybox"}],
                    "containers": [{"name": container, "image": image}],
                },
                "status": {"phase": "Running"},
            }
            for name, pod in pods.items()
        ]

        def look(t: float) -> Usages:
            size, time = round(memory * MIB), round(cores * t * 1e9)
            used = [
                Usage(namespace="shop", pod=name, container=container, node=pod.node, memory=size, cpu=time, t=START + t)
                for name, pod in pods.items()
            ]
            return Usages(tuple(used))

        sim.usages = [look(100.0), look(100.0), look(100.0 if stuck else 122.0)]
        return sim

    return make


def forbidden() -> Sim:
    sim = busy()()
    sim.usages = [Usages((), ("node-a", "node-b"))]
    return sim


def too_new() -> Sim:
    sim = busy()()
    sim.usages = [Usages(sim.usages[0].containers[:1])]
    return sim


situation("cost", "measured", NODES, busy(), "pass")
situation("cost", "measured-under-load", {**NODES, "load": {"from": "web", "to": "catalog"}}, busy(), "pass")
situation("cost", "found-by-image", {**ANY, "count": {"at-least": 2}}, busy(), "pass")
situation("cost", "no-proxies", ANY, busy(image="meshlab/shop:dev"), "pass")
situation("cost", "too-few", {**NODES, "count": {"at-least": 3}}, busy(), "fail", "cost.low")
situation("cost", "small-enough", {**NODES, "memory": {"at-most": 64}, "cpu": {"at-most": 200}}, busy(), "pass")
situation("cost", "too-large", {**NODES, "memory": {"at-most": 30}}, busy(), "fail", "cost.high")
situation("cost", "hidden-proxy", {**ANY, "count": {"at-most": 0}}, busy(container="app"), "fail", "cost.high", cheat=True)
situation("cost", "idle-stub", NODES, busy(memory=0.3, image="registry.k8s.io/pause:3.10"), "fail", "cost.idle", cheat=True)
situation("cost", "no-such-container", NODES, busy(container="app"), "fail", "cost.none")
situation("cost", "too-new", NODES, too_new, "pending", "cost.not-counted")
situation("cost", "kubelet-stuck", NODES, busy(stuck=True), "pending", "cost.not-counted")
situation("cost", "forbidden", NODES, forbidden, "error", "cost.unreadable")
