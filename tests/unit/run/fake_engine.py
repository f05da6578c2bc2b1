"""An engine whose clusters are in memory; what it was asked for is in `asked`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from meshlab.cluster.api import OWN, Capabilities, ClusterInfo, ClusterSpec, Early
from meshlab.cluster.track import Track
from tests.unit.run.fake_kube import FakeKube

NODES = ("control-plane", "worker")


class MemoryEngine:
    """Makes its clusters as kind does, at once."""

    name = "memory"
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

    async def create(
        self, spec: ClusterSpec, folder: Path, images: Sequence[str] = (), *, track: Track, early: Early | None = None
    ) -> None:
        self.asked.append(f"create {spec.name}")
        track.plan(["create-nodes"])
        track.running("create-nodes")
        await asyncio.sleep(0)
        kube = self.kubes[spec.name] = FakeKube(*self._controllers)
        for name in NODES:
            kube.add({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {}})
        kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}})
        self.infos[spec.name] = ClusterInfo(
            name=spec.name,
            engine=self.name,
            traits=self.traits,
            kubeconfig=folder / "kubeconfig",
            spec=spec,
            ports=dict.fromkeys(spec.ports, 12345),
            capabilities=self.offers,
        )
        track.done("create-nodes")

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        return self.infos.get(name)

    async def recover(self, info: ClusterInfo, track: Track) -> None:
        self.asked.append(f"recover {info.name}")
        self.infos[info.name] = replace(info, state="running")
        track.done("start-nodes")

    async def pause(self, info: ClusterInfo) -> None:
        self.infos[info.name] = replace(info, state="paused")

    async def halt(self, info: ClusterInfo) -> None:
        self.infos[info.name] = replace(info, state="stopped")

    async def load(self, info: ClusterInfo, images: list[str], track: Track) -> None:
        self.asked.append(f"load {info.name}")
        track.done("load-images")

    async def delete(self, name: str, folder: Path) -> None:
        if self.infos.pop(name, None) is not None:
            self.asked.append(f"delete {name}")
