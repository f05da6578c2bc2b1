"""Faults of workloads: a changed number of replicas, a deleted pod."""

from __future__ import annotations

from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Fault
from meshlab.objects.names import owned
from meshlab.run.faults import base
from meshlab.run.faults.base import FaultAccess, Inverse


class Scale:
    """Sets the `replicas` of a Deployment or StatefulSet."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        return {"replicas": (await base.live_subject(access, fault))["spec"].get("replicas", 1)}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        await _scale(access, fault.subject, fault.replicas or 0)

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        try:
            await _scale(access, fault.subject, inverse["replicas"])
        except ClusterError as error:
            if error.status != 404:
                raise

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        return bool((await base.live_subject(access, fault))["spec"].get("replicas", 1) == (fault.replicas or 0))


async def _scale(access: FaultAccess, target: ObjectRef, replicas: int) -> None:
    ref = access.placed(target)
    kube = await access.kube(ref)
    live = await kube.get(ref)
    if live is None or live["spec"].get("replicas", 1) != replicas:
        await kube.patch(ref, {"spec": {"replicas": replicas}})


class DeletePod:
    """Deletes one pod without a grace period. Its owner creates another, so nothing has to be undone."""

    async def plan(self, access: FaultAccess, fault: Fault) -> Inverse:
        pod = (await base.pods(access, fault))[0]
        if not owned(pod):
            raise base.missing(fault, "a pod that its owner would make again")
        return {"pod": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}

    async def apply(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        ref = base.pod_ref(access, fault, inverse["pod"])
        await (await access.kube(ref)).delete(ref, grace=0)

    async def undo(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> None:
        return None

    async def in_force(self, access: FaultAccess, fault: Fault, inverse: Inverse) -> bool:
        ref = base.pod_ref(access, fault, inverse["pod"])
        pod = await (await access.kube(ref)).get(ref)
        return pod is None or bool(pod["metadata"]["uid"] != inverse["uid"] or pod["metadata"].get("deletionTimestamp"))
