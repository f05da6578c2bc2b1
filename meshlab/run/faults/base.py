"""The interface of a kind of fault, and helpers that the kinds share. Undoing may be repeated, and precede applying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec import structs

from meshlab.cluster.api import Kube
from meshlab.errors import EnvironmentFault
from meshlab.lab.address import ObjectRef, describe
from meshlab.lab.model import Fault
from meshlab.objects import change
from meshlab.objects.names import Object, selects
from meshlab.run.live.http import PodHttp, PodPort
from meshlab.run.live.positions import is_running
from meshlab.run.run import Run

Inverse = dict[str, Any]


@dataclass(frozen=True)
class FaultAccess:
    """How a fault reaches the run's clusters and pods."""

    run: Run
    http: PodHttp

    async def kube(self, ref: ObjectRef) -> Kube:
        """Returns the client of the reference's cluster. Raises ClusterError."""
        return await self.run.kube(ref.cluster)

    def placed(self, ref: ObjectRef) -> ObjectRef:
        """Adds the lab's namespace and cluster where the reference names none."""
        return change.placed(self.run.lab, ref)


class Handler(Protocol):
    """One kind of fault."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        """Returns what undoes the fault. Changes nothing. EnvironmentFault when its subject does not exist."""

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None: ...

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None: ...

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        """Whether the fault is in force, whoever applied it."""


def missing(fault: Fault, what: str = "") -> EnvironmentFault:
    """The target of a fault is not there."""
    return EnvironmentFault("fault.no-target", fault=fault.kind, object=what or describe(fault.subject))


async def live_subject(access: FaultAccess, fault: Fault) -> Object:
    """Returns the object that the fault names. EnvironmentFault when it does not exist."""
    ref = access.placed(fault.subject)
    found = await change.named(await access.kube(ref), ref)
    if not found:
        raise missing(fault)
    return found[0]


async def pods(access: FaultAccess, fault: Fault) -> list[Object]:
    """The running pods of the target: a Pod by name or labels, or those of a workload. EnvironmentFault when there are none."""
    ref = access.placed(fault.subject)
    kube = await access.kube(ref)
    if ref.kind == "Pod":
        found = await change.named(kube, ref)
    else:
        workload = await live_subject(access, fault)
        wanted = (workload["spec"].get("selector") or {}).get("matchLabels") or {}
        everything = await kube.list(ObjectRef(namespace=ref.namespace, kind="Pod"))
        found = [pod for pod in everything if selects(wanted, pod)]
    running = [pod for pod in found if is_running(pod)]
    if not running:
        raise missing(fault, f"a running pod of {describe(ref)}")
    return running


def names(objects: Iterable[Object]) -> list[str]:
    """Returns the objects' names."""
    return [obj["metadata"]["name"] for obj in objects]


def port_of(access: FaultAccess, fault: Fault, pod: str, port: int) -> PodPort:
    """A port of one of the target's pods."""
    ref = access.placed(fault.subject)
    return PodPort(ref.cluster, ref.namespace, pod, port)


def pod_ref(access: FaultAccess, fault: Fault, pod: str) -> ObjectRef:
    """A pod beside the target."""
    ref = access.placed(fault.subject)
    return structs.replace(ref, api_version="v1", kind="Pod", name=pod, labels={})
