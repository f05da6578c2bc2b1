"""Faults that the shop's pods apply themselves: slow answers, errors, load that they send."""

from __future__ import annotations

import asyncio
from typing import Any

from meshlab.lab.model import Fault
from meshlab.run.faults import base
from meshlab.run.faults.base import FaultAccess, Inverse
from meshlab.run.live.positions import ADMIN_PORT, is_running

LONGEST_LOAD = 300
"""Seconds after which a pod ends a load by itself."""


class ShopFault:
    """Delays each answer by `milliseconds`, or answers a share with errors, in every pod of the subject."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        pods = base.names(await base.pods(access, fault))
        before = await asyncio.gather(*(_ask(access, fault, pod, "GET", "/fault") for pod in pods))
        return {"faults": dict(zip(pods, before, strict=True))}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await asyncio.gather(*(_ask(access, fault, pod, "POST", "/fault", _body(fault)) for pod in inverse["faults"]))

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        before = inverse["faults"].items()
        await asyncio.gather(*(_if_there(access, fault, pod, "POST", "/fault", body) for pod, body in before))

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        pods = base.names(await base.pods(access, fault))
        now = await asyncio.gather(*(_ask(access, fault, pod, "GET", "/fault") for pod in pods))
        return all(one.get(name) == value for one in now for name, value in _body(fault).items())


class Load:
    """Requests to `url` from every pod of the target, `rate` a second; ends by itself after five minutes."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        return {"pods": base.names(await base.pods(access, fault))}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        body: dict[str, Any] = {"url": fault.url, "concurrency": fault.concurrency, "seconds": LONGEST_LOAD}
        body |= {"rate": fault.rate} if fault.rate else {}
        await asyncio.gather(*(_ask(access, fault, pod, "POST", "/load", body) for pod in inverse["pods"]))

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await asyncio.gather(*(_if_there(access, fault, pod, "DELETE", "/load") for pod in inverse["pods"]))

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        now = await asyncio.gather(*(_ask(access, fault, pod, "GET", "/load") for pod in inverse["pods"]))
        return any(one.get("running") for one in now)


def _body(fault: Fault) -> dict[str, Any]:
    if fault.kind == "slow-service":
        return {"latency_ms": fault.milliseconds}
    return {"error_rate": fault.error_rate or 1.0} | ({"latency_ms": fault.milliseconds} if fault.milliseconds else {})


async def _ask(access: FaultAccess, fault: Fault, pod: str, method: str, path: str, body: Any = None) -> Any:
    pod_port = base.port_of(access, fault, pod, ADMIN_PORT)
    if method == "GET":
        return await access.http.get(pod_port, path)
    return await access.http.send(method, pod_port, path, body)


async def _if_there(access: FaultAccess, fault: Fault, pod: str, method: str, path: str, body: Any = None) -> None:
    """Asks only a running pod: the fault of a deleted one is gone with it."""
    ref = base.pod_ref(access, fault, pod)
    live = await (await access.kube(ref)).get(ref)
    if live is not None and is_running(live):
        await _ask(access, fault, pod, method, path, body)
