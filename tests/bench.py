"""The design's budgets beside what was measured here: `--json` for a script, else a table. It measures and never fails a test.

`--only NAME...` measures a part: help, paint, keys, idle, usual, ready, switch, object, reset, checks, memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.cluster.program import ROOT, Program
from tests.e2e.terminal import Terminal

LAB = "2-router-mesh"
MESHLAB = [sys.executable, "-m", "meshlab"]
SEVEN = 7


@dataclass(frozen=True)
class Row:
    """One budget: what, how much at most, how much it was."""

    name: str
    what: str
    unit: str
    budget: float
    measured: float

    @property
    def met(self) -> bool:
        return self.measured <= self.budget


class Bench:
    """Measurements in one state folder on one cluster."""

    def __init__(self, state: Path) -> None:
        self.program = Program(state)
        self.ready_seconds = 0.0
        self.usual_seconds = 0.0

    def help(self) -> list[Row]:
        times = [
            timed(lambda: subprocess.run([*MESHLAB, "--help"], capture_output=True, check=True, cwd=ROOT)) for _ in range(SEVEN)
        ]
        return [Row("help", "meshlab --help", "s", 0.15, statistics.median(times))]

    def paint(self) -> list[Row]:
        return [Row("paint", "first paint of the interface", "s", 0.7, statistics.median(self._paint() for _ in range(SEVEN)))]

    def _paint(self) -> float:
        start = time.monotonic()
        terminal = Terminal(MESHLAB, env=self.program.env)
        terminal.until("meshlab", 20)
        seconds = time.monotonic() - start
        leave(terminal)
        return seconds

    def idle(self) -> list[Row]:
        """CPU and memory of the interface with the lab open, animations off, over a minute."""
        terminal = Terminal([*MESHLAB, "--lab", LAB], env=self.program.env)
        terminal.until("meshlab", 20)
        terminal.send("\r")
        settle(terminal, 15)
        pid = int(terminal.process.pid or 0)
        before, start = cpu_seconds(pid), time.monotonic()
        settle(terminal, 60)
        share = (cpu_seconds(pid) - before) / (time.monotonic() - start) * 100
        memory = resident_mb(pid)
        leave(terminal)
        return [
            Row("idle", "interface idle, CPU", "% of a core", 3, share),
            Row("idle", "interface idle, memory", "MB", 120, memory),
        ]

    def keys(self) -> list[Row]:
        """p95 from key to changed screen over 200 keys while a cluster is being made by another process."""
        self.program.run("down")
        terminal = Terminal(MESHLAB, env=self.program.env)
        terminal.until("meshlab", 20)
        making = threading.Thread(target=lambda: self.program.run("start", LAB, deadline=600))
        making.start()
        times = [key_to_screen(terminal, key) for key in ["j", "k"] * 100]
        leave(terminal)
        making.join()
        found = sorted(seconds for seconds in times if seconds is not None)
        p95 = found[int(len(found) * 0.95)] * 1000 if len(found) >= 150 else float("nan")
        return [Row("keys", f"key to screen, p95 of {len(found)} keys while a cluster is made", "ms", 50, p95)]

    def usual(self) -> list[Row]:
        """The usual procedure in the same run: kind create --wait, kind load, kubectl apply, kubectl wait."""
        self.program.run("down")
        create, whole = usual_procedure(self.program)
        self.usual_seconds = whole
        return [
            Row("usual", "the usual procedure: create --wait, load, apply, wait (no budget: the yardstick)", "s", whole, whole),
            Row("usual", "  of which kind create cluster --wait 5m", "s", create, create),
        ]

    def ready(self) -> list[Row]:
        """Lab ready from nothing: images in the engine, no cluster."""
        self.program.run("clean", "--yes")
        self.ready_seconds = timed(lambda: self.program.ok("start", LAB))
        ratio = self.ready_seconds / self.usual_seconds if self.usual_seconds else float("nan")
        return [
            Row("ready", f"lab ready from nothing ({self.ready_seconds:.1f} s) against the usual procedure", "x", 0.7, ratio)
        ]

    def switch(self) -> list[Row]:
        self.ensure()
        return [Row("switch", "lab ready on a ready cluster", "s", 15, timed(lambda: self.program.ok("start", LAB)))]

    def object(self) -> list[Row]:
        """From a change of an object to the verdict that follows, as `check --watch` prints it."""
        self.ensure()
        return [Row("object", "object change to verdict, median", "s", 1, statistics.median(object_changes(self.program)))]

    def reset(self) -> list[Row]:
        self.ensure()
        self.program.ok("solve")
        times = [timed(lambda: self.program.ok("reset", "--yes")) for _ in range(3)]
        return [Row("reset", "reset of a lab to a step, median", "s", 10, statistics.median(times))]

    def checks(self) -> list[Row]:
        self.ensure()
        return [Row("checks", "all checks of the step", "s", 10, timed(lambda: self.program.run("check")))]

    def memory(self) -> list[Row]:
        self.ensure()
        return [Row("memory", "a three-node cluster with the shop", "MiB", 2048, cluster_mib())]

    def ensure(self) -> None:
        self.program.ok("start", LAB)


def timed(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def settle(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(0.5)


def leave(terminal: Terminal) -> None:
    terminal.send("\x11")
    terminal.wait(10)


def key_to_screen(terminal: Terminal, key: str) -> float | None:
    """Seconds until the program answers a key by drawing; None when it did not within a second."""
    terminal.read(0)
    start = time.monotonic()
    terminal.send(key)
    before = terminal.drawn
    while time.monotonic() - start < 1:
        terminal.read(0.005)
        if terminal.drawn > before:
            return time.monotonic() - start
    return None


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cluster_mib() -> float:
    """Memory of all node containers, as the engine counts it (less page cache)."""
    names = subprocess.run(
        ["docker", "ps", "-q", "--filter", "label=io.x-k8s.kind.cluster"], capture_output=True, text=True, check=True
    ).stdout.split()
    out = subprocess.run(
        ["docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", *names], capture_output=True, text=True, check=True
    )
    return sum(mib(line.split("/")[0].strip()) for line in out.stdout.splitlines())


def mib(text: str) -> float:
    for unit, factor in (("GiB", 1024.0), ("MiB", 1.0), ("KiB", 1 / 1024), ("B", 1 / 2**20)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return float("nan")


def usual_procedure(program: Program) -> tuple[float, float]:
    """(seconds of kind create, seconds of all). The shop's manifests are those that meshlab applies."""
    from tests.usual import manifests, shop_images

    with tempfile.TemporaryDirectory() as folder:
        config, kubeconfig, objects = Path(folder, "kind.yaml"), Path(folder, "kubeconfig"), Path(folder, "objects.yaml")
        config.write_text(
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}, &w {role: worker}, *w]\n"
        )
        objects.write_text(manifests())
        kube = ["kubectl", "--kubeconfig", str(kubeconfig)]
        kind = ["kind", "--name", "meshlab-usual"]
        try:
            create = timed(
                lambda: call(
                    kind[0],
                    "create",
                    "cluster",
                    *kind[1:],
                    "--config",
                    str(config),
                    "--wait",
                    "5m",
                    "--kubeconfig",
                    str(kubeconfig),
                    "--image",
                    "kindest/node:v1.34.2",
                )
            )
            rest = timed(lambda: call(kind[0], "load", "docker-image", *shop_images(), *kind[1:]))
            rest += timed(lambda: call(*kube, "apply", "-f", str(objects)))
            rest += timed(
                lambda: call(
                    *kube, "wait", "--all-namespaces", "--for=condition=Available", "deployment", "--all", "--timeout=300s"
                )
            )
        finally:
            call(kind[0], "delete", "cluster", *kind[1:])
    return create, create + rest


def call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def object_changes(program: Program, times: int = 5) -> list[float]:
    """Scale a Deployment back and forth and wait for a line of `check --watch` after each change."""
    watching = subprocess.Popen(
        [*MESHLAB, "check", "--watch", "--format", "jsonl"], stdout=subprocess.PIPE, text=True, env=program.env, cwd=ROOT
    )
    lines: list[float] = []
    reader = threading.Thread(target=lambda: lines.extend(time.monotonic() for _ in watching.stdout or []), daemon=True)
    reader.start()
    until(lambda: bool(lines), 60)
    quiet(lines)
    found = []
    for number in range(times):
        start = time.monotonic()
        program.ok("shell", "kubectl", "annotate", "--overwrite", "service", "catalog", f"bench={number}")
        changed = time.monotonic()
        with suppress(TimeoutError):
            until(lambda since=start: any(moment > since for moment in lines), 10)  # type: ignore[misc]
            found.append(max(0.0, next(moment for moment in lines if moment > start) - changed))
        quiet(lines)
    watching.terminate()
    watching.wait()
    return found or [float("nan")]


def until(holds: Callable[[], bool], deadline: float) -> None:
    end = time.monotonic() + deadline
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def quiet(lines: list[float], seconds: float = 1.5) -> None:
    """Wait until nothing was printed for a while."""
    while lines and time.monotonic() - lines[-1] < seconds:
        time.sleep(0.1)


ORDER = ["help", "paint", "usual", "ready", "switch", "object", "checks", "reset", "memory", "idle", "keys"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", nargs="*", default=ORDER, choices=ORDER)
    chosen = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder))
        try:
            for name in [name for name in ORDER if name in chosen.only]:
                for row in getattr(bench, name)():
                    rows.append(row)
                    print(
                        f"{'✔' if row.met else '✘'} {row.what}: {row.measured:.3g} {row.unit} (budget {row.budget:.3g})",
                        file=sys.stderr,
                    )
        finally:
            bench.program.run("clean", "--yes")
    if chosen.json:
        print(
            json.dumps(
                {"schema": 1, "cores": os.cpu_count(), "rows": [asdict(row) | {"met": row.met} for row in rows]}, indent=2
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
