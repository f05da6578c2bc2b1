"""The seams of this room: what an engine gives, and what the Kubernetes client can do. No imports of either here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, field

from meshlab.cluster.track import Track
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Needs
from meshlab.words import Words


class Capabilities(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an engine offers; compared with a lab's `needs`."""

    scope: str = "cluster"
    """`namespaces`: only objects inside given namespaces; `cluster`: all."""
    host_port: bool = True
    network_policy: bool = True
    net_admin: bool = True
    node_labels: bool = True
    node_access: bool = True
    published: bool = True
    """Ports of the lab's clusters are reachable on 127.0.0.1."""
    nodes: int = 1
    """That take pods; 0: unknown."""
    memory_mib: int = 0
    """0: unknown."""


class EngineTraits(Struct, frozen=True, kw_only=True):
    """What all clusters of an engine have in common: asked of the engine, instead of its name."""

    owns_nodes: bool
    """meshlab makes the clusters, on this machine: they are paused, swept and removed as a whole."""
    loads_images: bool
    """Images of this machine's container engine are put into the nodes; else nodes pull them from a registry."""
    keeps_audit_log: bool
    """The API server's audit log can be read; else a pod of meshlab's watches who writes what."""


OWN = EngineTraits(owns_nodes=True, loads_images=True, keeps_audit_log=True)
"""An engine that makes its clusters."""
GUEST = EngineTraits(owns_nodes=False, loads_images=False, keeps_audit_log=False)
"""An engine whose clusters are somebody else's."""


class ClusterSpec(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A cluster to make. Everything here is fixed at creation."""

    name: str
    """Without the prefix; the engine's name of it is meshlab-<name>."""
    workers: int = 2
    node_image: str
    ports: dict[str, int] = field(default_factory=dict)
    """Name to node port, made reachable on a free port of 127.0.0.1."""
    pod_subnet: str = "10.244.0.0/16"
    service_subnet: str = "10.96.0.0/16"
    audited: tuple[str, ...] = ("shop",)
    """Namespaces whose writes the audit log keeps."""


class NodeInfo(Struct, frozen=True, omit_defaults=True):
    """One node as the engine sees it."""

    name: str
    role: str
    """control-plane or worker"""
    state: str
    """running, paused, exited or missing"""


class ClusterInfo(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A cluster that is there."""

    name: str
    engine: str
    """The engine's name."""
    traits: EngineTraits
    """The engine's."""
    kubeconfig: Path
    """Of meshlab itself (0600)."""
    context: str = ""
    state: str = "running"
    """running, paused, stopped, partial (some nodes gone), unreachable (its kubeconfig is gone) or missing"""
    nodes: tuple[NodeInfo, ...] = ()
    ports: dict[str, int] = field(default_factory=dict)
    """Name to port on 127.0.0.1."""
    capabilities: Capabilities = Capabilities()
    spec: ClusterSpec | None = None


class AuditEvent(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One write from the API server's audit log."""

    t: float
    user: str
    verb: str
    api_version: str
    kind: str
    namespace: str = ""
    name: str = ""
    status: int = 0


class Engine(Protocol):
    """What gives a cluster. Every long operation reports to a track and cleans up what it made when it is cancelled."""

    name: str
    traits: EngineTraits

    def phases(self, spec: ClusterSpec, images: Sequence[str] = ()) -> list[str]:
        """Ids of the phases that `create` will go through."""

    async def create(
        self, spec: ClusterSpec, folder: Path, images: Sequence[str] = (), *, track: Track, early: Early | None = None
    ) -> None:
        """Make the cluster until its API answers; kubeconfig goes to folder/kubeconfig. EngineError.

        images: references in the container engine, put into the nodes while Kubernetes still starts. early: what else to
        do as soon as the API answers, while workers still join.
        """

    async def offer(self, spec: ClusterSpec) -> Capabilities:
        """What a cluster that is yet to be made will offer. EngineError; ClusterError where none can be made."""

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        """The cluster as it is now, or None."""

    async def pause(self, info: ClusterInfo) -> None:
        """Freeze all nodes: CPU back, memory stays."""

    async def halt(self, info: ClusterInfo) -> None:
        """Stop all nodes: memory back."""

    async def recover(self, info: ClusterInfo, track: Track) -> None:
        """From paused, stopped or rebooted to an API that answers."""

    async def delete(self, name: str, folder: Path) -> None:
        """Remove what `create` made, and only that. Fine when some or all of it is gone."""

    async def load(self, info: ClusterInfo, images: list[str], track: Track) -> None:
        """Put images of the container engine into every node that runs pods and lacks them."""

    async def audit(self, info: ClusterInfo, since: float) -> list[AuditEvent]:
        """Completed writes since a unix time. ClusterError when the log cannot be read."""


class Kube(Protocol):
    """The Kubernetes client: raw JSON objects in, raw JSON objects out. Every failure is a ClusterError."""

    async def get(self, ref: ObjectRef) -> dict[str, Any] | None:
        """One object, or None when it is not there (nor its kind)."""

    async def list(self, ref: ObjectRef) -> list[dict[str, Any]]:
        """The objects of ref's kind in its namespace ("" or "*": all namespaces) with its labels, sorted by name."""

    async def apply(
        self, obj: dict[str, Any], *, manager: str = "meshlab", force: bool = True, dry: bool = False
    ) -> dict[str, Any]:
        """Server-side apply. dry: only asked whether it could be."""

    async def patch(
        self, ref: ObjectRef, patch: Any, *, kind: str = "merge", subresource: str = "", manager: str = "meshlab"
    ) -> dict[str, Any]:
        """kind: merge, json or strategic."""

    async def delete(self, ref: ObjectRef, *, grace: int | None = None, wait: bool = False) -> None:
        """Background propagation; fine when it is gone."""

    def watch(self, ref: ObjectRef) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
        """("ADDED", object) for all there is, ("SYNC", {}), then ADDED, MODIFIED, DELETED for ever; relists on errors."""

    async def logs(self, namespace: str, pod: str, container: str, *, since: float | None = None) -> str:
        """Log text of a container since a unix time."""

    async def raw(self, path: str) -> Any:
        """GET on the API server: JSON, else text."""

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST on the API server (TokenRequest, SelfSubjectAccessReview, eviction ...)."""

    def forward(self, namespace: str, pod: str, port: int) -> AbstractAsyncContextManager[str]:
        """Port-forward inside this process: "http://127.0.0.1:<port>" while the context lasts; no child process."""

    async def close(self) -> None:
        """Give connections back."""


Early = Callable[[Kube, Track], Awaitable[None]]
"""What `Engine.create` does as soon as the API answers."""


SWITCHES = {
    "host_port": "errors.needs.host-port",
    "network_policy": "errors.needs.network-policy",
    "net_admin": "errors.needs.net-admin",
    "node_labels": "errors.needs.node-labels",
    "node_access": "errors.needs.node-access",
}


def unmet(needs: Needs, capabilities: Capabilities) -> list[Words]:
    """A sentence for each need that the engine does not meet; none: the lab can start."""
    found = []
    if needs.scope == "cluster" and capabilities.scope != "cluster":
        found.append(Words("errors.needs.cluster"))
    for need, words in SWITCHES.items():
        if getattr(needs, need) and not getattr(capabilities, need):
            found.append(Words("errors.needs.unmet", {"what": Words(words), "key": need.replace("_", "-")}))
    if 0 < capabilities.nodes < needs.nodes:
        found.append(Words("errors.needs.nodes", {"wanted": needs.nodes, "there": capabilities.nodes}))
    if 0 < capabilities.memory_mib < needs.memory_mib:
        found.append(Words("errors.needs.memory", {"wanted": needs.memory_mib, "there": capabilities.memory_mib}))
    return found
