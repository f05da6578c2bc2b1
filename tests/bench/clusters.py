"""From nothing to a lab that is ready, beside the usual procedure; a lab on a ready cluster; memory."""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from meshlab.cluster.kube.client import KubeClient
from meshlab.cluster.kube.ready import PHASES as READY
from meshlab.run.system import parts
from tests.bench.objects import have_images
from tests.bench.rest import forgotten
from tests.bench.rows import Row
from tests.bench.usual import Usual, usual_procedure
from tests.cluster.program import ROOT, Program

ROUNDS = 3


@dataclass
class Clusters:
    """Measurements that are compared with each other, in one run on one machine."""

    program: Program
    lab: str
    usual: list[Usual] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    """Seconds from nothing to a lab that is ready."""
    cluster: list[float] = field(default_factory=list)
    """The same until the cluster was ready."""

    def ready_rows(self) -> list[Row]:
        """Images in the engine, no cluster: both ways in turn, each on a machine that has come to rest."""
        asyncio.run(have_images())
        for _ in range(ROUNDS):
            self._fresh()
            self.usual.append(usual_procedure())
            self._fresh()
            said = followed(self.program, "start", self.lab)
            self.ready.append(said.end)
            self.cluster.append(max(said.done.get(phase, math.nan) for phase in READY))
        return [*self._usual_rows(), *self._ready_rows()]

    def _fresh(self) -> None:
        self.program.ok("clean", "--yes")
        forgotten()

    def _usual_rows(self) -> list[Row]:
        def row(what: str, part: Callable[[Usual], float]) -> Row:
            times = [part(one) for one in self.usual]
            return Row("ready", what, "s", None, statistics.median(times), tuple(times))

        return [
            row(f"the usual procedure, images by {self.usual[0].loaded_by}", lambda one: one.whole),
            row("  of which kind create cluster --wait 5m", lambda one: one.create),
            row("  of which loading images", lambda one: one.load),
            row("  of which kubectl apply", lambda one: one.apply),
            row("  of which kubectl wait", lambda one: one.wait),
        ]

    def _ready_rows(self) -> list[Row]:
        ready, cluster = statistics.median(self.ready), statistics.median(self.cluster)
        create, whole = (statistics.median(some) for some in zip(*((one.create, one.whole) for one in self.usual), strict=True))
        return [
            Row("ready", "lab ready from nothing", "s", None, ready, tuple(self.ready)),
            Row("ready", "  of which until the cluster is ready", "s", None, cluster, tuple(self.cluster)),
            Row("ready", "cluster ready, over kind create cluster --wait 5m", "s", 2, cluster - create),
            Row("ready", "lab ready from nothing, against the usual procedure", "x", 0.7, ready / whole),
        ]

    def switch_rows(self) -> list[Row]:
        """The cluster is told that it holds another lab: all of that one is removed before this one is put there."""
        times = []
        for _ in range(3):
            self.program.ok("start", self.lab)
            asyncio.run(let_to_another(self.program))
            times.append(followed(self.program, "start", self.lab).end)
        return [
            Row("switch", "lab ready on a ready cluster that held another lab", "s", 15, statistics.median(times), tuple(times))
        ]

    def memory_rows(self) -> list[Row]:
        self.program.ok("start", self.lab)
        return [Row("memory", "a three-node cluster with the shop", "MiB", 2048, cluster_mib())]


async def let_to_another(program: Program) -> None:
    """Say on the cluster that another lab is there."""
    kube = KubeClient(next((program.state / "clusters").glob("*/kubeconfig")))
    try:
        await parts.occupy(kube, {"lab": "another"})
    finally:
        await kube.close()


@dataclass
class Said:
    """What a command's progress said: seconds from its start until each phase was done, and until its end."""

    done: dict[str, float] = field(default_factory=dict)
    end: float = 0.0


def followed(program: Program, *arguments: str) -> Said:
    """Run a command with its progress as JSON. AssertionError when it fails."""
    said, start = Said(), time.monotonic()
    process = subprocess.Popen(
        [*program.command, *arguments, "--format", "json"], stdout=subprocess.PIPE, text=True, env=program.env, cwd=ROOT
    )
    for line in process.stdout or ():
        if line.startswith('{"schema"') and (progress := json.loads(line).get("progress", {})).get("state") == "done":
            said.done[progress["phase"]] = time.monotonic() - start
    assert process.wait() == 0, f"{arguments} failed"
    said.end = time.monotonic() - start
    return said


def cluster_mib() -> float:
    """Memory of all node containers, as the engine counts it (less page cache that can be given back)."""
    names = output("docker", "ps", "-q", "--filter", "label=io.x-k8s.kind.cluster").split()
    return sum(
        mib(line.split("/")[0].strip())
        for line in output("docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", *names).splitlines()
    )


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def mib(text: str) -> float:
    for unit, factor in (("GiB", 1024.0), ("MiB", 1.0), ("KiB", 1 / 1024), ("B", 1 / 2**20)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return math.nan
