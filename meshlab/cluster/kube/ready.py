"""Ready means usable: the API answers, every node is Ready now (not only in old records), the cluster's DNS runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from meshlab.cluster.api import Kube
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.lab.address import ObjectRef
from meshlab.timestamps import unix

PHASES = ["api", "nodes-ready", "dns-ready"]
DEADLINES = {"api": 60.0, "nodes-ready": 120.0, "dns-ready": 120.0}
"""Seconds for each phase."""
LOOK = 0.25
"""Seconds between two looks."""

Look = Callable[[], Awaitable[str]]
"""Says what is still missing; empty when nothing is."""


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
    looks: dict[str, Look] = {
        "api": lambda: api_missing(kube),
        "nodes-ready": lambda: nodes_missing(kube, nodes, memory),
        "dns-ready": lambda: dns_missing(kube, memory),
    }
    for phase, look in looks.items():
        track.running(phase)
        await until(look, (within or {}).get(phase, DEADLINES[phase]))
        track.done(phase)


async def until(look: Look, within: float) -> None:
    """Look again and again. A ClusterError counts as missing: an API server that starts refuses at first."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while missing := await _looked(look, deadline - loop.time()):
        if loop.time() >= deadline:
            raise PreparationTimeout(
                f"Waited {within:g} seconds in vain for {missing}.", hint="`meshlab doctor` looks for the cause."
            )
        await asyncio.sleep(LOOK)


async def _looked(look: Look, seconds: float) -> str:
    try:
        async with asyncio.timeout(max(1.0, seconds)):
            return await look()
    except ClusterError as error:
        return f"the API server ({error.message})"
    except TimeoutError:
        return "an answer of the API server"


async def api_missing(kube: Kube) -> str:
    """The API server says itself that it is ready."""
    said = await kube.raw("/readyz")
    return "" if said == "ok" else f"the API server (readyz says {said})"


async def nodes_missing(kube: Kube, count: int, since: Since) -> str:
    """Every node is there, Ready, and has said so after `since`."""
    nodes = await kube.list(ObjectRef(kind="Node"))
    if len(nodes) < max(count, 1):
        return f"{max(count, 1) - len(nodes)} more nodes to join"
    leases = await kube.list(ObjectRef(api_version="coordination.k8s.io/v1", kind="Lease", namespace="kube-node-lease"))
    renewed = {lease["metadata"]["name"]: _unix(lease.get("spec", {}).get("renewTime")) for lease in leases}
    late = [name for name, node in _by_name(nodes) if not _usable(node, renewed.get(name, 0.0), since)]
    return f"node {', '.join(late)} to be Ready" if late else ""


def _usable(node: dict[str, Any], renewed: float, since: Since) -> bool:
    ready = _condition(node, "Ready")
    heard = _unix(ready.get("lastHeartbeatTime"))
    return ready.get("status") == "True" and renewed >= since.renewed and heard >= since.started


async def dns_missing(kube: Kube, since: Since) -> str:
    """A CoreDNS pod that is Ready, in containers started after `since`."""
    pods = await kube.list(ObjectRef(kind="Pod", namespace="kube-system", labels={"k8s-app": "kube-dns"}))
    for pod in pods:
        states = pod.get("status", {}).get("containerStatuses") or [{}]
        began = min(_unix((one.get("state", {}).get("running") or {}).get("startedAt")) for one in states)
        ready = _condition(pod, "Ready").get("status") == "True"
        if ready and began >= since.started and not pod["metadata"].get("deletionTimestamp"):
            return ""
    return f"CoreDNS to be Ready ({len(pods)} pods)"


def _by_name(objects: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(one["metadata"]["name"], one) for one in objects]


def _condition(obj: dict[str, Any], name: str) -> dict[str, Any]:
    found = obj.get("status", {}).get("conditions") or []
    return next((one for one in found if one["type"] == name), {})


def _unix(text: str | None) -> float:
    return unix(text) if text else 0.0
