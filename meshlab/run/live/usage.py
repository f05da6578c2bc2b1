"""CPU and memory of containers, from the Summary API of each node's kubelet (/api/v1/nodes/NODE/proxy/stats/summary).

Kubelets measure about every ten seconds, so a new container is missing at first:
https://kubernetes.io/docs/reference/instrumentation/node-metrics/
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from meshlab.check.world import Usage, Usages
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Lab
from meshlab.run.live.positions import is_running
from meshlab.timestamps import unix

if TYPE_CHECKING:
    from meshlab.cluster.api import Kube

FORBIDDEN = (401, 403)


async def of_containers(kube: Kube, lab: Lab) -> Usages:
    """Asks the kubelet of each node that runs pods of the lab. Raises ClusterError."""
    within = dict.fromkeys((*lab.all_namespaces, *(proxy.namespace for proxy in lab.proxies.values() if proxy.namespace)))
    pods = [pod for space in within for pod in await kube.list(ObjectRef(kind="Pod", namespace=space)) if is_running(pod)]
    nodes = sorted({pod["spec"]["nodeName"] for pod in pods})
    summaries = dict(zip(nodes, await asyncio.gather(*(_summary(kube, node) for node in nodes)), strict=True))
    found = [one for node, summary in summaries.items() if summary is not None for one in containers(node, summary)]
    kept = sorted((one for one in found if one.namespace in within), key=lambda one: (one.pod, one.container))
    return Usages(tuple(kept), tuple(node for node, summary in summaries.items() if summary is None))


async def _summary(kube: Kube, node: str) -> dict[str, Any] | None:
    """None where meshlab may not ask: rights to nodes/proxy are rare on clusters that are shared."""
    try:
        summary = await kube.raw(f"/api/v1/nodes/{node}/proxy/stats/summary")
    except ClusterError as error:
        if error.status in FORBIDDEN:
            return None
        raise
    return summary if isinstance(summary, dict) else None


def containers(node: str, summary: dict[str, Any]) -> Iterator[Usage]:
    """Those that are counted: with memory and processor time."""
    for pod in summary.get("pods") or ():
        ref = pod["podRef"]
        for one in pod.get("containers") or ():
            memory, cpu = one.get("memory") or {}, one.get("cpu") or {}
            if "workingSetBytes" in memory and "usageCoreNanoSeconds" in cpu:
                yield Usage(
                    namespace=ref["namespace"],
                    pod=ref["name"],
                    container=one["name"],
                    node=node,
                    memory=memory["workingSetBytes"],
                    cpu=cpu["usageCoreNanoSeconds"],
                    t=unix(cpu["time"]),
                )
