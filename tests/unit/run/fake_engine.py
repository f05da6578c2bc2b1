"""An engine whose clusters are in memory; what it was asked for is in `asked`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from meshlab.cluster.api import OWN, Capabilities, ClusterInfo, ClusterSpec
from meshlab.cluster.progress import Progress
from tests.unit.run.fake_kube import FakeKube

NODES = ("control-plane", "worker")


class MemoryEngine:
    """Called kind, because most of meshlab asks for that."""

    name = "kind"
    traits = OWN

    def __init__(self, *controllers: Callable[[FakeKube], None]) -> None:
        self.kubes: dict[str, FakeKube] = {}
        self.infos: dict[str, ClusterInfo] = {}
        self.asked: list[str] = []
        self.broken = False
        """The next creation fails half-way."""
        self.offers = Capabilities(nodes=2)
        self._controllers = controllers

    async def offer(self, spec: ClusterSpec) -> Capabilities:
        return self.offers

    def phases(self, spec: ClusterSpec, images: Sequence[str] = ()) -> list[str]:
        return ["create-nodes"]

    async def create(self, spec: ClusterSpec, folder: Path, images: Sequence[str] = ()) -> AsyncGenerator[Progress, None]:
        self.asked.append(f"create {spec.name}")
        yield Progress(phase="create-nodes", state="planned")
        yield Progress(phase="create-nodes", state="running")
        kube = self.kubes[spec.name] = FakeKube(*self._controllers)
        for name in NODES:
            kube.add({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {}})
        kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}})
        self.infos[spec.name] = ClusterInfo(
            name=spec.name,
            engine="kind",
            traits=self.traits,
            kubeconfig=folder / "kubeconfig",
            spec=spec,
            ports=dict.fromkeys(spec.ports, 12345),
            capabilities=self.offers,
        )
        yield Progress(phase="create-nodes", state="done")

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        return self.infos.get(name)

    async def recover(self, info: ClusterInfo) -> AsyncGenerator[Progress, None]:
        self.asked.append(f"recover {info.name}")
        self.infos[info.name] = replace(info, state="running")
        yield Progress(phase="start-nodes", state="done")

    async def pause(self, info: ClusterInfo) -> None:
        self.infos[info.name] = replace(info, state="paused")

    async def halt(self, info: ClusterInfo) -> None:
        self.infos[info.name] = replace(info, state="stopped")

    async def load(self, info: ClusterInfo, images: list[str]) -> AsyncGenerator[Progress, None]:
        self.asked.append(f"load {info.name}")
        yield Progress(phase="load-images", state="done")

    async def delete(self, name: str, folder: Path) -> None:
        if self.infos.pop(name, None) is not None:
            self.asked.append(f"delete {name}")
