"""The engine and the Kubernetes clients of a run, which are made on first use."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshlab.cluster.cancelling import to_the_end
from meshlab.errors import ClusterAsleep, ClusterError, ClusterGone, ClusterTaken, KubeconfigGone, UsageError
from meshlab.run.store.paths import Paths
from meshlab.words import Words

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo, Engine, Kube
    from meshlab.lab.model import Lab
    from meshlab.run.store.state import State

STATES = {
    "paused": "errors.cluster.state.paused",
    "stopped": "errors.cluster.state.stopped",
    "partial": "errors.cluster.state.partial",
    "missing": "errors.cluster.state.missing",
}
"""Maps the state of a cluster that does not run to its words."""


@dataclass(frozen=True)
class ClusterNames:
    """The engine's names (without prefix) of a run's clusters."""

    lab_id: str
    lab: Lab
    paths: Paths
    context: str
    wanted: str
    """A name that was asked for the lab's first cluster; "": none was."""
    state: Callable[[], State]

    def of(self, cluster: str = "") -> str:
        """Returns the engine's name of a lab's cluster; "" is the first. UsageError when the lab has none of that name."""
        key = cluster or self.lab.default_cluster
        if key not in self.lab.clusters:
            raise UsageError("lab.no-cluster", lab=self.lab_id, cluster=cluster)
        began = self.state().started
        if not self.wanted and began is not None and began.context == self.context and key in began.clusters:
            return began.clusters[key]
        return cluster_name(self.paths, self.wanted, key, first=key == self.lab.default_cluster, context=self.context)


class Clients:
    """Clients by the lab's names of its clusters. Belongs to one event loop."""

    def __init__(
        self, lab_id: str, paths: Paths, context: str, names: ClusterNames, state: Callable[[], State], kubeconfig: str = ""
    ) -> None:
        """context: of a kubeconfig; "" is kind. state: what the run's log says now. kubeconfig: see `make`."""
        self.context = context
        self._kubeconfig = kubeconfig
        self.names = names
        self._lab_id = lab_id
        self._paths = paths
        self._state = state
        self._engine: Engine | None = None
        self._infos: dict[str, ClusterInfo] = {}
        self._kubes: dict[str, Kube] = {}
        self._stamps: dict[str, int] = {}
        """When the kubeconfig of a client was written (nanoseconds)."""
        self._old: list[Kube] = []
        """Clients of removed clusters, kept open because a task may still wait for their answers."""
        self._opening: asyncio.Lock | None = None
        self._ended = False

    @property
    def engine(self) -> Engine:
        """Returns the engine. EngineError when it is not available."""
        if self._engine is None:
            self._engine = make(self.context, self._kubeconfig)
        return self._engine

    async def info(self, cluster: str, *, fresh: bool = False) -> ClusterInfo:
        """Returns what the engine knows about the cluster, cached unless `fresh`. Raises ClusterGone, EngineError."""
        name = self.names.of(cluster)
        if fresh or name not in self._infos:
            found = await self.engine.find(name, self._paths.cluster(name))
            if found is None:
                self._infos.pop(name, None)
                raise gone(self._lab_id, name)
            self._infos[name] = found
        return self._infos[name]

    async def kube(self, cluster: str) -> Kube:
        """Returns the cluster's client; a new one when this or another meshlab made the cluster anew.

        Callers at the same time share one client. Raises ClusterError, also after `end`.
        """
        self.refuse_when_displaced()
        name = self.names.of(cluster)
        self._ensure_kubeconfig(name)
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if name in self._kubes and self._written(name) != self._stamps.get(name, 0):
                self._old.append(self._kubes.pop(name))
                self._infos.pop(name, None)
            if name not in self._kubes:
                self._stamps[name] = self._written(name)
                kube = await self._connect(cluster)
                if self._ended:
                    # A task that outlived the run asks: it gets a closed client, which raises ClusterError.
                    await kube.close()
                self._kubes[name] = kube
            return self._kubes[name]

    async def close(self) -> None:
        """Closes the clients; the next use makes new ones."""
        kubes = [*self._old, *self._kubes.values()]
        self._old.clear()
        self._kubes.clear()
        self._infos.clear()
        self._opening = None
        await to_the_end(_close(kubes))

    async def end(self) -> None:
        """Closes the clients for good: later ones are closed at once, so that none is left open."""
        self._ended = True
        await self.close()

    def refuse_when_displaced(self) -> None:
        """Raises ClusterTaken when another lab is on the run's clusters, because its objects say nothing about this lab."""
        other = self._state().displaced
        if other:
            raise ClusterTaken("cluster.taken", lab=self._lab_id, other=other)

    def _ensure_kubeconfig(self, name: str) -> None:
        """Raises ClusterGone or KubeconfigGone when the kubeconfig of a known client is missing."""
        if self._stamps.get(name) and not self._written(name):
            if self._state().environment == "none":
                raise gone(self._lab_id, name)
            file = self._file(name)
            raise KubeconfigGone("kubeconfig.gone", path=file)

    def _file(self, name: str) -> Path:
        return self._paths.cluster(name) / "kubeconfig"

    def _written(self, name: str) -> int:
        """Returns when the cluster's kubeconfig was written (nanoseconds); 0 when there is none."""
        try:
            return self._file(name).stat().st_mtime_ns
        except OSError:
            return 0

    async def _connect(self, cluster: str) -> Kube:
        from meshlab.cluster.kube.client import connect

        info = await self.info(cluster, fresh=False)
        if info.state != "running":
            info = await self.info(cluster, fresh=True)
        if info.state != "running":
            raise asleep(info)
        return connect(info)


async def _close(kubes: list[Kube]) -> None:
    for kube in kubes:
        await kube.close()


def gone(lab_id: str, name: str) -> ClusterGone:
    """Makes the error for a cluster that does not exist."""
    return ClusterGone("cluster.gone", cluster=name, lab=lab_id)


def asleep(info: ClusterInfo) -> ClusterError:
    """Makes the error for a cluster that exists but does not answer."""
    if info.state == "unreachable":
        return KubeconfigGone("kubeconfig.gone", path=info.kubeconfig)
    return ClusterAsleep("cluster.asleep", cluster=info.name, state=Words(STATES[info.state]))


def make(context: str, kubeconfig: str = "") -> Engine:
    """EngineError when it cannot be had. kubeconfig: files that hold the context, as $KUBECONFIG names them; "": the usual."""
    if context:
        from meshlab.cluster.existing.engine import ContextEngine
        from meshlab.cluster.kube import kubeconfigs

        return ContextEngine(context, files=kubeconfigs.named(kubeconfig) if kubeconfig else None)
    from meshlab.cluster.kind.engine import KindEngine

    return KindEngine()


def cluster_name(paths: Paths, wanted: str, key: str, *, first: bool, context: str = "") -> str:
    """Makes the engine's name of a lab's cluster. Labs share clusters, so it does not contain the lab's id.

    wanted: a requested name, which the lab's further clusters extend. Otherwise the name is the lab's own name for the
    cluster and, on a context, the context; on kind, a mark of a state folder other than the default, because two folders
    on one engine must not take each other's clusters.
    """
    if wanted:
        return wanted if first else f"{wanted}-{key}"
    place = _slug(context) if context else paths.mark()
    return "-".join(part for part in (key, place) if part)


def _slug(context: str) -> str:
    """Makes a unique folder name from a context's name, which may contain any character (arn:aws:eks:...)."""
    words = re.sub(r"[^a-z0-9]+", "-", context.lower()).strip("-")[-24:].strip("-")
    return "-".join(part for part in (words, hashlib.sha256(context.encode()).hexdigest()[:6]) if part)
