"""The fault `drain-proxy`: an Envoy that runs and is configured, but has closed its listeners."""

from __future__ import annotations

import asyncio

from meshlab.lab.model import Fault
from meshlab.objects.names import labels_of, selects
from meshlab.run.faults import base
from meshlab.run.faults.base import FaultAccess, Inverse

ADMIN_PORT = 9901
STOPPED = "/stats?filter=^listener_manager.listener_stopped$"
"""Drained listeners still appear in /listeners; only this counter tells them apart
(https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/stats#listener-manager)."""


class DrainProxy:
    """Drains Envoy's listeners. Envoy cannot reopen them, so undoing replaces the pod."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        found = await base.pods(access, fault)
        return {"pods": {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in found}, "port": _port(access, found[0])}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        pod_ports = [base.port_of(access, fault, pod, inverse["port"]) for pod in inverse["pods"]]
        await asyncio.gather(*(access.http.send("POST", pod_port, "/drain_listeners") for pod_port in pod_ports))

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        for name, uid in inverse["pods"].items():
            ref = base.pod_ref(access, fault, name)
            kube = await access.kube(ref)
            pod = await kube.get(ref)
            if pod is not None and pod["metadata"]["uid"] == uid:
                await kube.delete(ref, grace=1)

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        pod_ports = [base.port_of(access, fault, pod, inverse["port"]) for pod in inverse["pods"]]
        counters = await asyncio.gather(*(access.http.get(pod_port, STOPPED) for pod_port in pod_ports))
        return all(str(text).rpartition(":")[2].strip() not in ("", "0") for text in counters)


def _port(access: FaultAccess, pod: dict[str, object]) -> int:
    """Returns the admin port of the lab's proxy that this pod belongs to."""
    for proxy in access.run.lab.proxies.values():
        if labels_of(pod) and selects(proxy.select, pod):
            return proxy.admin
    return ADMIN_PORT
