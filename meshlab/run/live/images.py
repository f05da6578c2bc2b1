"""Finds the digests under which the nodes list an image of the lab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meshlab.check.world import KnownImage
from meshlab.cluster.programs.containers import full
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.values.template_names import image_name

if TYPE_CHECKING:
    from meshlab.run.clients import Clients

NODES = ObjectRef(kind="Node")


async def known(clients: Clients, values: Mapping[str, str], name: str) -> KnownImage:
    """Returns the lab's image of this name. values: template values. ClusterError when the run has none."""
    ref = values.get(image_name(name), "")
    if not ref:
        raise ClusterError("lab.no-image", image=name)
    try:
        nodes = await (await clients.kube("")).list(NODES)
    except ClusterError:
        # On a foreign cluster the user may not read nodes: return the reference without digests.
        return KnownImage(ref)
    return KnownImage(ref, contents(nodes, ref))


def contents(nodes: list[dict[str, Any]], ref: str) -> tuple[str, ...]:
    """Collects the digests that nodes list beside the reference (NodeStatus.images: the fifty largest of a node), sorted."""
    listed = [one.get("names") or [] for node in nodes for one in node.get("status", {}).get("images") or []]
    beside = [name for names in listed if {ref, full(ref)} & set(names) for name in names]
    return tuple(sorted({name.rpartition("@")[2] for name in beside if "@" in name}))
