"""The engine and the Kubernetes clients of a run, made when they are first needed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from meshlab.errors import ClusterAsleep, ClusterError, ClusterGone, KubeconfigGone
from meshlab.run import engines
from meshlab.run.displace import must_be_there

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo, Engine, Kube
    from meshlab.run.context import Run

START = "`meshlab start` brings it there."


class Clients:
    """By cluster as the lab names it. Belongs to one event loop."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._engine: Engine | None = None
        self._infos: dict[str, ClusterInfo] = {}
        self._kubes: dict[str, Kube] = {}
        self._stamps: dict[str, int] = {}
        """When the kubeconfig of a client was written."""
        self._old: list[Kube] = []
        """Clients of clusters that are no more; somebody may still wait for their answers."""
        self._opening: asyncio.Lock | None = None

    @property
    def engine(self) -> Engine:
        """EngineError when it cannot be had."""
        if self._engine is None:
            self._engine = engines.make(self._run.paths, self._run.context)
        return self._engine

    async def info(self, cluster: str, *, fresh: bool) -> ClusterInfo:
        """As the engine sees it."""
        name = self._run.cluster_name(cluster)
        if fresh or name not in self._infos:
            found = await self.engine.find(name, self._run.paths.cluster(name))
            if found is None:
                self._infos.pop(name, None)
                raise gone(self._run, name)
            self._infos[name] = found
        return self._infos[name]

    async def kube(self, cluster: str) -> Kube:
        """Its client; many ask at once, one is made. A new one when (another) meshlab made the cluster anew."""
        must_be_there(self._run)
        name = self._run.cluster_name(cluster)
        self._must_be_led_to(name)
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if name in self._kubes and self._written(name) != self._stamps.get(name, 0):
                self._old.append(self._kubes.pop(name))
                self._infos.pop(name, None)
            if name not in self._kubes:
                self._stamps[name] = self._written(name)
                self._kubes[name] = await self._connect(cluster)
        return self._kubes[name]

    async def close(self) -> None:
        """Give them back; they are made anew when they are needed again."""
        kubes = [*self._old, *self._kubes.values()]
        self._old.clear()
        self._kubes.clear()
        self._infos.clear()
        self._opening = None
        for kube in kubes:
            await kube.close()

    def _must_be_led_to(self, name: str) -> None:
        """ClusterGone or KubeconfigGone when the kubeconfig that was there is not."""
        if self._stamps.get(name) and not self._written(name):
            if self._run.state().environment == "none":
                raise gone(self._run, name)
            file = self._file(name)
            raise KubeconfigGone(f"The kubeconfig {file} was deleted.", hint=START, parameters={"path": str(file)})

    def _file(self, name: str) -> Path:
        return self._run.paths.cluster(name) / "kubeconfig"

    def _written(self, name: str) -> int:
        """When the cluster's kubeconfig was written; 0 when there is none."""
        try:
            return self._file(name).stat().st_mtime_ns
        except OSError:
            return 0

    async def _connect(self, cluster: str) -> Kube:
        from meshlab.cluster.kube import connect

        info = await self.info(cluster, fresh=False)
        if info.state != "running":
            info = await self.info(cluster, fresh=True)
        if info.state != "running":
            raise asleep(info)
        return connect(info)


def gone(run: Run, name: str) -> ClusterGone:
    """The error for a cluster that is not there."""
    return ClusterGone(
        f"There is no cluster {name} for the lab {run.lab_id}.", hint=START, parameters={"cluster": name, "lab": run.lab_id}
    )


def asleep(info: ClusterInfo) -> ClusterError:
    """The error for one that is there and cannot be asked."""
    if info.state == "unreachable":
        path = str(info.kubeconfig)
        return KubeconfigGone(f"The kubeconfig {path} was deleted.", hint=START, parameters={"path": path})
    said = f"The cluster {info.name} is {info.state}."
    return ClusterAsleep(said, hint=START, parameters={"cluster": info.name, "state": info.state})
