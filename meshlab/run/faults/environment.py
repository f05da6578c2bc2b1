"""A variable of workloads' environment with another value: each of them rolls out anew, as policy in applications does."""

from __future__ import annotations

import asyncio
from typing import Any

from meshlab.lab.model import Fault
from meshlab.objects import change
from meshlab.objects.names import Object, ref_of
from meshlab.run.faults import base
from meshlab.run.faults.base import FaultAccess, Inverse

Values = dict[str, str]
"""Container to the variable's value."""


class SetEnv:
    """`key` becomes `with` in every container of the target's workloads that has it: one write each."""

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
        one["name"]: variable["value"]
        for one in containers
        for variable in one.get("env") or ()
        if variable["name"] == key and "value" in variable
    }


async def _set(access: FaultAccess, fault: Fault, wanted: dict[str, Values]) -> None:
    """All at once, as somebody with a script would; one that has the value already, or went, is left alone."""
    kube = await access.kube(access.placed(fault.subject))
    there = {obj["metadata"]["name"]: obj for obj in await _workloads(access, fault)}
    changed = [name for name, values in wanted.items() if name in there and _values(there[name], fault.key) != values]
    patches = [kube.patch(ref_of(there[name]), _patch(fault.key, wanted[name]), kind="strategic") for name in changed]
    await asyncio.gather(*patches)


def _patch(key: str, values: Values) -> dict[str, Any]:
    containers = [{"name": name, "env": [{"name": key, "value": value}]} for name, value in values.items()]
    return {"spec": {"template": {"spec": {"containers": containers}}}}
