"""What a Change of a lab does to its clusters: manifests, patches, deletions, restarts, nudges."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from msgspec import Struct, structs

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef, describe
from meshlab.lab.change.parts import Change, Patch, Reference
from meshlab.lab.files.cluster_scoped import namespaced
from meshlab.lab.model import Lab
from meshlab.objects import apply
from meshlab.objects.apply import Applier
from meshlab.objects.names import NUDGE, RESTARTED, WORKLOADS, Object, mounts, ref_of, selects

Appliers = Callable[[str], Awaitable[Applier]]
Clients = Callable[[str], Awaitable[Kube]]
"""The client of a cluster by the lab's name of it."""


class Done(Struct, frozen=True):
    """The objects that a change affected."""

    changed: tuple[ObjectRef, ...] = ()
    """Objects that are different now."""
    nudged: tuple[ObjectRef, ...] = ()
    """The references that were nudged (see `nudge`); nudge them again once pods have settled."""


async def make(lab: Lab, change: Change, appliers: Appliers) -> Done:
    """Everything of the change but scripts, answers, predictions and experiments.

    Workloads are restarted only when something else of the change did change something (or is all there is).
    """
    changed: list[ObjectRef] = []
    for cluster in lab.clusters:
        objects = [manifest.object for manifest in change.manifests if manifest.cluster == cluster]
        applied = await apply.objects(await appliers(cluster), objects) if objects else []
        changed += [structs.replace(one.ref, cluster=cluster) for one in applied if one.changed]
    for patch in change.patches:
        changed += await _patch(lab, patch, await appliers(patch.target.cluster))
    for target in change.deletes:
        changed += await _delete(lab, target, await appliers(target.ref.cluster))
    nudged = [ref for ref in changed if ref.kind == "ConfigMap"]
    if changed or not (change.manifests or change.patches or change.deletes):
        for target in change.restarts:
            await restart(placed(lab, target.ref), await appliers(target.ref.cluster))
        nudged += [target.ref for target in change.nudges]
    await nudge(lab, nudged, readers(appliers))
    return Done(tuple(changed), tuple(nudged))


def readers(appliers: Appliers) -> Clients:
    """The clients of meshlab itself: a touched pod does not count as a write of the learner."""

    async def reader(cluster: str) -> Kube:
        return (await appliers(cluster)).reader

    return reader


async def _patch(lab: Lab, patch: Patch, applier: Applier) -> list[ObjectRef]:
    ref = placed(lab, patch.target)
    before = await applier.reader.get(ref)
    if before is None:
        raise ClusterError("object.not-patched", object=describe(ref), file=patch.file, line=patch.line, status=404)
    after = await applier.writer.patch(ref, patch.patch, kind=patch.type, manager=applier.manager)
    return [ref] if after["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"] else []


async def _delete(lab: Lab, target: Reference, applier: Applier) -> list[ObjectRef]:
    ref = placed(lab, target.ref)
    found = await named(applier.reader, ref)
    for obj in found:
        await applier.writer.delete(ref_of(obj), wait=True)
    return [ref_of(obj, ref.cluster) for obj in found]


async def named(kube: Kube, ref: ObjectRef) -> list[Object]:
    """The objects that a reference means: the one with its name, or all with its labels."""
    if ref.name:
        one = await kube.get(ref)
        return [one] if one is not None else []
    return await kube.list(ref)


async def restart(ref: ObjectRef, applier: Applier) -> None:
    """As `kubectl rollout restart`. ClusterError when there is no such workload."""
    found = await named(applier.writer, ref)
    if not found or ref.kind not in WORKLOADS:
        raise ClusterError("object.not-restarted", object=describe(ref), status=404)
    for obj in found:
        stamp = {RESTARTED: datetime.now(UTC).isoformat(timespec="microseconds")}
        again = {"spec": {"template": {"metadata": {"annotations": stamp}}}}
        await applier.writer.patch(ref_of(obj), again, manager=applier.manager)


async def nudge(lab: Lab, refs: Iterable[ObjectRef], clients: Clients) -> None:
    """Make the kubelet sync at once: touch the pods that a reference names, or that mount the ConfigMap that it names.

    Kubelet brings volumes up to date when a pod changes, else within a minute and a half.
    """
    for ref in [placed(lab, one) for one in refs if one.kind in ("ConfigMap", "Pod")]:
        kube = await clients(ref.cluster)
        for pod in await _readers(kube, ref):
            await touch(kube, pod)


async def touch(kube: Kube, pod: Object) -> None:
    """Change an annotation of a pod; fine when it has just gone."""
    try:
        await kube.patch(ref_of(pod), {"metadata": {"annotations": {NUDGE: f"{time.time():.3f}"}}})
    except ClusterError as error:
        if error.status != 404:
            raise


async def _readers(kube: Kube, ref: ObjectRef) -> list[Object]:
    pods = await kube.list(ObjectRef(namespace=ref.namespace, kind="Pod"))
    if ref.kind == "ConfigMap":
        return [pod for pod in pods if mounts(pod, ref.name)]
    return [pod for pod in pods if pod["metadata"]["name"] == ref.name or selects(ref.labels, pod)]


def placed(lab: Lab, ref: ObjectRef) -> ObjectRef:
    """The reference with the lab's namespace and cluster where it leaves them out."""
    space = ref.namespace or (lab.default_namespace if namespaced(ref.api_version, ref.kind) else "")
    return structs.replace(ref, namespace=space, cluster=ref.cluster or lab.default_cluster)
