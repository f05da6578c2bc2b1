"""Faults of nodes: changed labels, a paused node, a deleted route."""

from __future__ import annotations

from contextlib import suppress

from meshlab.cluster.api import Kube
from meshlab.errors import EnvironmentFault
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Fault
from meshlab.objects import change
from meshlab.objects.names import Object
from meshlab.run.faults import base
from meshlab.run.faults.base import FaultAccess, Inverse


class LabelNode:
    """`labels` on the node (an empty value removes one), which reschedules pods that select nodes by them."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        found = await _nodes(access, fault)
        return {"nodes": {one["metadata"]["name"]: _labels(one, fault) for one in found}}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        kube = await access.kube(fault.subject)
        for name in inverse["nodes"]:
            await _label(kube, name, {key: value or None for key, value in fault.labels.items()})

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        kube = await access.kube(fault.subject)
        for name, labels in inverse["nodes"].items():
            if await kube.get(ObjectRef(kind="Node", name=name)) is not None:
                await _label(kube, name, labels)

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        wanted = {key: value or None for key, value in fault.labels.items()}
        return all(_labels(one, fault) == wanted for one in await _nodes(access, fault))


class PauseNode:
    """Pauses the node's container: no process in it runs, and it answers nothing."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        return {"nodes": await _containers(access, fault)}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        from meshlab.cluster.programs import containers

        await containers.pause(inverse["nodes"])

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        from meshlab.cluster.programs import containers
        from meshlab.cluster.programs.engine_api import Refused

        for name in inverse["nodes"]:
            # The engine refuses when the node is not paused, or gone: then there is nothing to undo.
            with suppress(Refused):
                await containers.unpause([name])

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        info = await access.run.info(fault.subject.cluster, fresh=True)
        return all(node.state == "paused" for node in info.nodes if node.name in inverse["nodes"])


class DropRoute:
    """Deletes the node's routes to the network `key` (such as 10.243.0.0/16), which disconnects two clusters."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        from meshlab.cluster.programs.containers import docker

        routes = {}
        for name in await _containers(access, fault):
            routes_text = (await docker("exec", name, "ip", "route", "show", "root", fault.key)).text
            routes[name] = [line.strip() for line in routes_text.splitlines() if line.strip()]
        if not any(routes.values()):
            raise base.missing(fault, f"a route to {fault.key}")
        return {"routes": routes}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await _route("del", inverse, check=True)

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await _route("replace", inverse, check=False)

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        from meshlab.cluster.programs.containers import docker

        present = [(await docker("exec", name, "ip", "route", "show", "root", fault.key)).text for name in inverse["routes"]]
        return not any(text.strip() for text in present)


async def _route(verb: str, inverse: Inverse, *, check: bool) -> None:
    from meshlab.cluster.programs.containers import docker

    for name, lines in inverse["routes"].items():
        for line in lines:
            await docker("exec", name, "ip", "route", verb, *line.split(), check=check)


async def _nodes(access: FaultAccess, fault: Fault) -> list[Object]:
    found = await change.named(await access.kube(fault.subject), fault.subject)
    if not found:
        raise base.missing(fault)
    return found


async def _containers(access: FaultAccess, fault: Fault) -> list[str]:
    """The target's nodes as containers of the engine on this machine. Raises EnvironmentFault."""
    info = await access.run.info(fault.subject.cluster)
    if not info.capabilities.node_access:
        raise EnvironmentFault("fault.needs-nodes", fault=fault.kind)
    own = {node.name for node in info.nodes}
    found = [name for name in base.names(await _nodes(access, fault)) if name in own]
    if not found:
        raise base.missing(fault)
    return found


def _labels(node: Object, fault: Fault) -> dict[str, str | None]:
    have = node["metadata"].get("labels") or {}
    return {key: have.get(key) for key in fault.labels}


async def _label(kube: Kube, name: str, labels: dict[str, str | None]) -> None:
    await kube.patch(ObjectRef(kind="Node", name=name), {"metadata": {"labels": labels}})
