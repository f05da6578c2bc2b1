"""The fault `set-env`: changes an environment variable of workloads, so that each rolls out anew."""

from __future__ import annotations

import asyncio
from typing import Any

from meshlab.lab.model import Fault
from meshlab.objects import change
from meshlab.objects.names import Object, ref_of
from meshlab.run.faults import base
from meshlab.run.faults.base import FaultAccess, Inverse

Values = dict[str, str]
"""Maps a container to the variable's value."""


class SetEnv:
    """`key` becomes `with` in every container of the target's workloads that has it, with one write for each workload."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        found = {obj["metadata"]["name"]: _values(obj, fault.key) for obj in await _workloads(access, fault)}
        before = {name: values for name, values in found.items() if values}
        if not before:
            raise base.missing(fault, f"the variable {fault.key}")
        return {"values": before}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await _set(access, fault, {name: dict.fromkeys(some, fault.with_) for name, some in inverse["values"].items()})

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await _set(access, fault, inverse["values"])

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        there = {obj["metadata"]["name"]: _values(obj, fault.key) for obj in await _workloads(access, fault)}
        return all(set(there.get(name, {}).values()) == {fault.with_} for name in inverse["values"])


async def _workloads(access: FaultAccess, fault: Fault) -> list[Object]:
    ref = access.placed(fault.subject)
    return await change.named(await access.kube(ref), ref)


def _values(obj: Object, key: str) -> Values:
    containers = obj["spec"]["template"]["spec"]["containers"]
    return {
        container["name"]: variable["value"]
        for container in containers
        for variable in container.get("env") or ()
        if variable["name"] == key and "value" in variable
    }


async def _set(access: FaultAccess, fault: Fault, wanted: dict[str, Values]) -> None:
    """Patches all workloads at once, as a script would; skips those that have the value or are gone."""
    kube = await access.kube(access.placed(fault.subject))
    there = {obj["metadata"]["name"]: obj for obj in await _workloads(access, fault)}
    changed = [name for name, values in wanted.items() if name in there and _values(there[name], fault.key) != values]
    patches = [kube.patch(ref_of(there[name]), _patch(fault.key, wanted[name]), kind="strategic") for name in changed]
    await asyncio.gather(*patches)


def _patch(key: str, values: Values) -> dict[str, Any]:
    containers = [{"name": name, "env": [{"name": key, "value": value}]} for name, value in values.items()]
    return {"spec": {"template": {"spec": {"containers": containers}}}}
