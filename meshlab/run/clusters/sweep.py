"""Restores a cluster to what it was when it was made: removes what earlier labs and learners left in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from meshlab import files
from meshlab.cluster.api import Kube
from meshlab.cluster.poll import until
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef, describe
from meshlab.objects import inventory, normal_form
from meshlab.objects.inventory import Inventory, Scope
from meshlab.objects.names import SYSTEM_NAMESPACE, WORKLOADS, Object, key_of, labels_of, owned, ref_of, selects
from meshlab.words import Words

FILE = "inventory.json"
NAMESPACES = "namespaces.json"
WITHIN = 45.0
"""Seconds for namespaces to be deleted. A finalizer holds one that takes longer; making a new cluster is faster."""
FIRST = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicyBinding")
"""Deleted first: a webhook whose server is gone can refuse every other request."""
LAST = ("CustomResourceDefinition",)


WHOLE = Scope(namespaces=())
"""For a cluster that is all meshlab's: objects without a namespace, too."""


async def remember(kube: Kube, folder: Path, scope: Scope = WHOLE) -> None:
    """Records the inventory before meshlab adds anything. Later calls change nothing."""
    if remembered(folder) is None:
        files.write(folder / FILE, msgspec.json.encode(await inventory.take(kube, scope)))


def forget(folder: Path) -> None:
    """Deletes the records. Call it when the cluster is gone, or holds nothing of meshlab's."""
    for name in (FILE, NAMESPACES):
        (folder / name).unlink(missing_ok=True)


def remembered(folder: Path) -> Inventory | None:
    """Returns the inventory of the new cluster; None when none was recorded."""
    try:
        return msgspec.json.decode(files.read(folder / FILE) or b"", type=Inventory)
    except msgspec.DecodeError:
        return None


async def restore_cluster(kube: Kube, folder: Path) -> None:
    """Restores a cluster of meshlab's to its first inventory; keeps meshlab's own parts. Raises PreparationTimeout."""
    first = remembered(folder)
    if first is None:
        raise ClusterError("cluster.no-memory", cluster=folder.name)
    strays = await added(kube, first)
    await _delete(kube, [one for one in strays if one["kind"] in FIRST])
    spaces = [one for one in strays if one["kind"] == "Namespace"]
    await _delete(kube, spaces)
    await asyncio.gather(*(_hurry(kube, one["metadata"]["name"]) for one in spaces))
    await wait_until_gone(kube, [ref_of(one) for one in spaces])
    rest = [one for one in strays if one["kind"] not in (*FIRST, "Namespace")]
    for some in ([one for one in rest if one["kind"] not in LAST], [one for one in rest if one["kind"] in LAST]):
        await _delete(kube, some)
        await wait_until_gone(kube, [ref_of(one) for one in some])
    await restore_nodes(kube, first)


async def _hurry(kube: Kube, namespace: str) -> None:
    """Ends the pods of a terminating namespace at once.

    The namespace controller (namespace_controller.go) begins after five seconds. When it finds pods then, it retries only
    after half of their grace period.
    """
    await _delete(kube, await kube.list(ObjectRef(kind="Pod", namespace=namespace)))


async def added(kube: Kube, first: Inventory, scope: Scope = WHOLE) -> list[Object]:
    """Lists the objects of the scope that the first inventory does not have."""
    found = await inventory.objects(kube, scope)
    return [one for one in found if inventory.name_of(key_of(one)) not in first.objects]


async def restore_nodes(kube: Kube, first: Inventory) -> None:
    """Restores labels, taints and schedulability of the nodes."""
    for one in await kube.list(ObjectRef(kind="Node")):
        before = first.objects.get(inventory.node_name(one))
        now = normal_form.node(one)
        if before is not None and before != now:
            await kube.patch(ref_of(one), _as_it_was(one, before))


def _as_it_was(node: Object, before: Object) -> Object:
    have, wanted = labels_of(node), before["metadata"]["labels"]
    labels = {name: wanted.get(name) for name in have.keys() | wanted.keys() if have.get(name) != wanted.get(name)}
    # Taints that the cluster itself sets describe the node's present state: keep them.
    taints = [one for one in node["spec"].get("taints") or [] if one["key"].startswith(normal_form.CLUSTERS_TAINTS)]
    spec = {"unschedulable": before["spec"]["unschedulable"] or None, "taints": [*before["spec"]["taints"], *taints] or None}
    return {"metadata": {"labels": labels}, "spec": spec}


async def remove_added(kube: Kube, folder: Path, namespaces: Sequence[str]) -> None:
    """Removes what was added to namespaces that meshlab may not delete. Raises PreparationTimeout.

    Objects that an administrator created before stay, such as the roles that give meshlab its rights.
    """
    first = remembered(folder)
    if first is None:
        raise ClusterError("cluster.no-memory-of-namespaces", namespaces=", ".join(namespaces))
    await _remove(kube, await added(kube, first, Scope(namespaces=tuple(namespaces), cluster_scoped=False)))


async def remove_own_parts(kube: Kube, folder: Path, namespaces: Sequence[str], *, whole: bool) -> None:
    """Removes meshlab's own parts and the namespaces that it made from a cluster that is not meshlab's.

    whole: meshlab may change objects without a namespace.
    """
    if whole:
        made = [
            ObjectRef(kind="Namespace", name=name)
            for name in (*namespaces, SYSTEM_NAMESPACE)
            if name not in namespaces_before(folder)
        ]
        await _remove(kube, [one for one in await inventory.ours(kube) if one["kind"] != "Namespace"])
        await asyncio.gather(*(kube.delete(ref) for ref in made))
        await wait_until_gone(kube, made)
    for namespace in (*namespaces, SYSTEM_NAMESPACE):
        await _remove(kube, await inventory.ours(kube, namespace))


async def note_namespaces(kube: Kube, folder: Path, namespaces: Sequence[str]) -> None:
    """Records which of the namespaces existed before meshlab. Later calls change nothing."""
    file = folder / NAMESPACES
    if files.read(file) is None:
        found = [name for name in namespaces if await _there(kube, name)]
        files.write(file, msgspec.json.encode(found))


def namespaces_before(folder: Path) -> list[str]:
    """Returns the namespaces that existed before meshlab."""
    return msgspec.json.decode(files.read(folder / NAMESPACES) or b"[]", type=list[str])


async def _there(kube: Kube, namespace: str) -> bool:
    try:
        return await kube.get(ObjectRef(kind="Namespace", name=namespace)) is not None
    except ClusterError as error:
        if error.status != 403:
            raise
        # Without the right to read it, meshlab cannot have created it.
        return True


async def _remove(kube: Kube, some: list[Object]) -> None:
    """Deletes the objects and waits until they and the pods of the workloads among them are gone."""
    await _delete(kube, some)
    await wait_until_gone(kube, [ref_of(one) for one in some])
    workloads = [one for one in some if one["kind"] in WORKLOADS]
    if workloads:
        await until(lambda: _pod_of(kube, workloads), WITHIN, what=Words("waits.removing"))


async def _pod_of(kube: Kube, workloads: list[Object]) -> Words | None:
    """Says which pod of the workloads still exists; None when none does."""
    for namespace in sorted({one["metadata"]["namespace"] for one in workloads}):
        chosen = [one for one in workloads if one["metadata"]["namespace"] == namespace]
        for pod in await kube.list(ObjectRef(kind="Pod", namespace=namespace)):
            if owned(pod) and any(selects(one["spec"]["selector"].get("matchLabels"), pod) for one in chosen):
                return Words("waits.there", {"object": describe(ref_of(pod))})
    return None


async def _delete(kube: Kube, some: Iterable[Object]) -> None:
    await asyncio.gather(*(kube.delete(ref_of(one), grace=1 if one["kind"] == "Pod" else None) for one in some))


async def wait_until_gone(kube: Kube, refs: list[ObjectRef]) -> None:
    """Waits until none of the objects exists. PreparationTimeout names the first, and the finalizers that hold it."""
    left = list(refs)

    async def pending() -> Words | None:
        while left:
            one = await kube.get(left[0])
            if one is not None:
                held = ", ".join(one["metadata"].get("finalizers") or (one.get("spec") or {}).get("finalizers") or ())
                if held:
                    return Words("waits.held", {"object": describe(left[0]), "finalizers": held})
                return Words("waits.there", {"object": describe(left[0])})
            left.pop(0)
        return None

    await until(pending, WITHIN, what=Words("waits.removing"))
