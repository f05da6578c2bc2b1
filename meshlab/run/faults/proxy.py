"""A proxy told to let go of its listeners: alive, configured, and serving nobody."""

from __future__ import annotations

import asyncio

from meshlab.lab.model import Fault
from meshlab.objects.names import labels_of, selects
from meshlab.run.faults import base
from meshlab.run.faults.base import Inverse, Place

ADMIN_PORT = 9901
STOPPED = "/stats?filter=^listener_manager.listener_stopped$"
"""Listeners that were let go still stand in /listeners; this counter tells them
(https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/stats#listener-manager)."""


class DrainProxy:
    """Envoy closes its listeners for good, so the way back is another pod in its place."""

    async def plan(self, place: Place, fault: Fault) -> Inverse:
        found = await base.pods(place, fault)
        return {"pods": {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in found}, "port": _port(place, found[0])}

    async def apply(self, place: Place, fault: Fault, inverse: Inverse) -> None:
        targets = [base.port_of(place, fault, pod, inverse["port"]) for pod in inverse["pods"]]
        await asyncio.gather(*(place.http.send("POST", target, "/drain_listeners") for target in targets))

    async def undo(self, place: Place, fault: Fault, inverse: Inverse) -> None:
        for name, uid in inverse["pods"].items():
            ref = base.pod_ref(place, fault, name)
            kube = await place.kube(ref)
            pod = await kube.get(ref)
            if pod is not None and pod["metadata"]["uid"] == uid:
                await kube.delete(ref, grace=1)

    async def seen(self, place: Place, fault: Fault, inverse: Inverse) -> bool:
        targets = [base.port_of(place, fault, pod, inverse["port"]) for pod in inverse["pods"]]
        told = await asyncio.gather(*(place.http.get(target, STOPPED) for target in targets))
        return all(str(one).rpartition(":")[2].strip() not in ("", "0") for one in told)


def _port(place: Place, pod: dict[str, object]) -> int:
    """The admin port of the lab's proxy that this pod belongs to."""
    for proxy in place.run.lab.proxies.values():
        if labels_of(pod) and selects(proxy.select, pod):
            return proxy.admin
    return ADMIN_PORT
