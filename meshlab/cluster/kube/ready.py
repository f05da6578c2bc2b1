"""Ready means usable: the API answers, every node is Ready now (not only in old records), the cluster's DNS runs."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from meshlab.cluster.api import Kube
from meshlab.cluster.poll import Left, Look, patient, until
from meshlab.cluster.track import Track
from meshlab.lab.address import ObjectRef
from meshlab.timestamps import unix
from meshlab.words import Words

PHASES = ["api", "nodes-ready", "dns-ready"]
DEADLINES = {"api": 60.0, "nodes-ready": 120.0, "dns-ready": 120.0}
"""Seconds for each phase."""


class Since(Struct, frozen=True):
    """Times by the engine's clock before which a record is only a memory."""

    renewed: float = 0.0
    """Of nodes' leases: kubelets renew them every ten seconds."""
    started: float = 0.0
    """Of kubelets and containers, when the nodes themselves were started again."""


async def wait_ready(
    kube: Kube,
    *,
    nodes: int = 0,
    since: Since | None = None,
    track: Track | None = None,
    within: dict[str, float] | None = None,
) -> None:
    """Wait through PHASES. PreparationTimeout names what it waited for.

    nodes: how many there must be (0: those that are there); within: seconds by phase, where not the default. Whether
    DNS answers a pod is for the caller to ask, from a pod.
    """
    track = track or Track()
    memory = since or Since()
    looks: dict[str, tuple[Words, Look]] = {
        "api": (Words("waits.api"), lambda: api_missing(kube)),
        "nodes-ready": (Words("waits.nodes-ready"), lambda: nodes_missing(kube, nodes, memory)),
        "dns-ready": (Words("waits.dns-ready"), lambda: dns_missing(kube, memory)),
    }
    for phase, (what, look) in looks.items():
        track.running(phase)
        seconds = (within or {}).get(phase, DEADLINES[phase])
        # An API server that starts refuses at first.
        await until(patient(look, seconds), seconds, what=what)
        track.done(phase)


async def api_missing(kube: Kube) -> Left:
    """The API server says itself that it is ready."""
    said = await kube.raw("/readyz")
    return None if said == "ok" else Words("waits.readyz", {"answer": str(said)})


async def nodes_missing(kube: Kube, count: int, since: Since) -> Left:
    """Every node is there, Ready, and has said so after `since`."""
    nodes = await kube.list(ObjectRef(kind="Node"))
    if len(nodes) < max(count, 1):
        return Words("waits.nodes-lacking", {"count": max(count, 1) - len(nodes)})
    leases = await kube.list(ObjectRef(api_version="coordination.k8s.io/v1", kind="Lease", namespace="kube-node-lease"))
    renewed = {lease["metadata"]["name"]: _unix(lease.get("spec", {}).get("renewTime")) for lease in leases}
    late = [name for name, node in _by_name(nodes) if not _usable(node, renewed.get(name, 0.0), since)]
    return Words("waits.nodes-not-ready", {"nodes": ", ".join(late)}) if late else None


def _usable(node: dict[str, Any], renewed: float, since: Since) -> bool:
    ready = _condition(node, "Ready")
    heard = _unix(ready.get("lastHeartbeatTime"))
    return ready.get("status") == "True" and renewed >= since.renewed and heard >= since.started


async def dns_missing(kube: Kube, since: Since) -> Left:
    """A CoreDNS pod that is Ready, in containers started after `since`."""
    pods = await kube.list(ObjectRef(kind="Pod", namespace="kube-system", labels={"k8s-app": "kube-dns"}))
    for pod in pods:
        states = pod.get("status", {}).get("containerStatuses") or [{}]
        began = min(_unix((one.get("state", {}).get("running") or {}).get("startedAt")) for one in states)
        ready = _condition(pod, "Ready").get("status") == "True"
        if ready and began >= since.started and not pod["metadata"].get("deletionTimestamp"):
            return None
    return Words("waits.coredns", {"pods": len(pods)})


def _by_name(objects: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(one["metadata"]["name"], one) for one in objects]


def _condition(obj: dict[str, Any], name: str) -> dict[str, Any]:
    found = obj.get("status", {}).get("conditions") or []
    return next((one for one in found if one["type"] == name), {})


def _unix(text: str | None) -> float:
    return unix(text) if text else 0.0
