"""The engine and the Kubernetes clients of a run, made when they are first needed."""

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
"""Words for how a cluster is that does not run."""


@dataclass(frozen=True)
class ClusterNames:
    """What the engine calls the clusters of a run (without prefix)."""

    lab_id: str
    lab: Lab
    paths: Paths
    context: str
    wanted: str
    """A name that was asked for the lab's first cluster; "": none was."""
    state: Callable[[], State]

    def of(self, cluster: str = "") -> str:
        """Of a cluster as the lab names it; "" is the first. UsageError when the lab has none of that name."""
        key = cluster or self.lab.default_cluster
        if key not in self.lab.clusters:
            raise UsageError("lab.no-cluster", lab=self.lab_id, cluster=cluster)
        began = self.state().started
        if not self.wanted and began is not None and began.context == self.context and key in began.clusters:
            return began.clusters[key]
        return cluster_name(self.paths, self.wanted, key, first=key == self.lab.default_cluster, context=self.context)


class Clients:
    """By cluster as the lab names it. Belongs to one event loop."""

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
        """When the kubeconfig of a client was written."""
        self._old: list[Kube] = []
        """Clients of clusters that are no more; somebody may still wait for their answers."""
        self._opening: asyncio.Lock | None = None
        self._ended = False

    @property
    def engine(self) -> Engine:
        """EngineError when it cannot be had."""
        if self._engine is None:
            self._engine = make(self.context, self._kubeconfig)
        return self._engine

    async def info(self, cluster: str, *, fresh: bool = False) -> ClusterInfo:
        """As the engine sees it."""
        name = self.names.of(cluster)
        if fresh or name not in self._infos:
            found = await self.engine.find(name, self._paths.cluster(name))
            if found is None:
                self._infos.pop(name, None)
                raise gone(self._lab_id, name)
            self._infos[name] = found
        return self._infos[name]

    async def kube(self, cluster: str) -> Kube:
        """Its client; many ask at once, one is made. A new one when (another) meshlab made the cluster anew.

        ClusterError after `end`.
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
                    # It is not open yet, and stays so: who asked is a task that was left behind.
                    await kube.close()
                self._kubes[name] = kube
            return self._kubes[name]

    async def close(self) -> None:
        """Give them back; they are made anew when they are needed again."""
        kubes = [*self._old, *self._kubes.values()]
        self._old.clear()
        self._kubes.clear()
        self._infos.clear()
        self._opening = None
        await to_the_end(_close(kubes))

    async def end(self) -> None:
        """Give them back for good: what is asked for afterwards refuses, instead of being opened and left so."""
        self._ended = True
        await self.close()

    def refuse_when_displaced(self) -> None:
        """ClusterTaken when another lab was put on the run's clusters: looking at that one would tell nothing of this one."""
        other = self._state().displaced
        if other:
            raise ClusterTaken("cluster.taken", lab=self._lab_id, other=other)

    def _ensure_kubeconfig(self, name: str) -> None:
        """ClusterGone or KubeconfigGone when the kubeconfig that was there is not."""
        if self._stamps.get(name) and not self._written(name):
            if self._state().environment == "none":
                raise gone(self._lab_id, name)
            file = self._file(name)
            raise KubeconfigGone("kubeconfig.gone", path=file)

    def _file(self, name: str) -> Path:
        return self._paths.cluster(name) / "kubeconfig"

    def _written(self, name: str) -> int:
        """When the cluster's kubeconfig was written; 0 when there is none."""
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
    """The error for a cluster that is not there."""
    return ClusterGone("cluster.gone", cluster=name, lab=lab_id)


def asleep(info: ClusterInfo) -> ClusterError:
    """The error for one that is there and cannot be asked."""
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
    """The engine's name of a lab's cluster. Labs share clusters, so it does not hold the lab's id.

    wanted: a name that was asked for, which the lab's further clusters extend. Else the lab's own name for it, with the
    context that it is in, or marked when the state folder is not the usual one: two folders on one engine must not take
    each other's clusters.
    """
    if wanted:
        return wanted if first else f"{wanted}-{key}"
    place = _slug(context) if context else paths.mark()
    return "-".join(part for part in (key, place) if part)


def _slug(context: str) -> str:
    """A context's name may hold anything (arn:aws:eks:...); a folder's may not, and no two contexts may share one."""
    words = re.sub(r"[^a-z0-9]+", "-", context.lower()).strip("-")[-24:].strip("-")
    return "-".join(part for part in (words, hashlib.sha256(context.encode()).hexdigest()[:6]) if part)
