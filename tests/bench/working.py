"""Working in a lab: a verdict after a change, resets, all checks."""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Any

from meshlab.cluster.kube.client import KubeClient
from meshlab.lab.address import ObjectRef
from tests.bench.rows import Row, timed
from tests.cluster.program import ROOT, Program

CHANGES = 20
CHECK = "apps-untouched"
"""An object check of the step `router`: red as soon as a Deployment's template is another one."""
DEPLOYMENT = ObjectRef(api_version="apps/v1", kind="Deployment", namespace="shop", name="web")
GATEWAY_TIMEOUT = 504
TARGETS = ("look", "router", "policy", "bypass", "outage")


def object_rows(program: Program) -> list[Row]:
    """From a change of an object, sent to the API, to the verdict that follows, as `check --watch` prints it."""
    program.ok("goto", "router")
    times = asyncio.run(_object_changes(program))
    program.ok("reset", "--yes")
    return [Row("object", f"object change to verdict, median of {len(times)}", "s", 1, median(times), tuple(times))]


async def _object_changes(program: Program) -> list[float]:
    watch = Watch(program)
    kube = KubeClient(next((program.state / "clusters").glob("*/kubeconfig")))
    try:
        # A rollout that is paused changes no pod, so that the template alone is another one.
        await kube.patch(DEPLOYMENT, {"spec": {"paused": True}})
        await watch.until("pass", 0)
        return [await _one_change(watch, kube, number) for number in range(CHANGES)]
    finally:
        await kube.patch(DEPLOYMENT, {"spec": {"paused": None, "template": {"metadata": {"annotations": {"bench": None}}}}})
        await kube.close()
        watch.close()


async def _one_change(watch: Watch, kube: KubeClient, number: int) -> float:
    red = number % 2 == 0
    await asyncio.sleep(1.5)
    start = time.monotonic()
    annotations = {"bench": "changed" if red else None}
    await kube.patch(DEPLOYMENT, {"spec": {"template": {"metadata": {"annotations": annotations}}}})
    return await watch.until("fail" if red else "pass", start) - start


class Watch:
    """`meshlab check --watch`, and when it said what of the check."""

    def __init__(self, program: Program) -> None:
        self._process = subprocess.Popen(
            [*program.command, "check", "--watch", "--format", "jsonl"],
            stdout=subprocess.PIPE,
            text=True,
            env=program.env,
            cwd=ROOT,
        )
        self._said: list[tuple[float, str]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            moment, verdict = time.monotonic(), json.loads(line)["verdict"]
            if verdict["check"] == CHECK:
                self._said.append((moment, verdict["outcome"]))

    async def until(self, outcome: str, since: float, within: float = 60) -> float:
        """The moment of the first such verdict after another moment. TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                for moment, said in self._said:
                    if moment > since and said == outcome:
                        return moment
                await asyncio.sleep(0.005)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


@dataclass
class Resets:
    """To every step but the last, from a lab that is solved up to the last one."""

    program: Program

    def rows(self, cluster: float, lab: float) -> list[Row]:
        """cluster, lab: seconds of a new cluster without and with the lab, in the same run; nan where not measured."""
        times = [self._one(step) for step in TARGETS]
        return [
            Row("reset", f"reset of a lab to a step, median of {len(times)}", "s", 10, median(times), tuple(times)),
            Row("reset", "the slowest of them, against a new cluster", "x", 1 / 3, max(times) / cluster),
            Row("reset", "the slowest of them, against a new cluster with the lab", "x", 1 / 3, max(times) / lab),
        ]

    def _one(self, step: str) -> float:
        self.program.ok("goto", "one-config")
        return timed(lambda: self.program.ok("reset", step, "--yes"))


def check_rows(program: Program) -> list[Row]:
    """All checks of all steps, solved. Those of an experiment look up its result; they need no traffic."""
    program.ok("goto", "one-config")
    times, seconds, waits = [], {}, 0.0
    for _ in range(3):
        start = time.monotonic()
        done = program.run("check", "--all", "--wait", "--format", "json")
        whole = time.monotonic() - start
        verdicts = done.json()["verdicts"]
        waits = sum(map(timed_out, verdicts))
        times.append(whole - waits)
        seconds = {one["check"]: one.get("seconds", 0.0) for one in verdicts}
    slowest = ", ".join(f"{name} {seconds[name]:.1f}" for name in sorted(seconds, key=seconds.__getitem__)[-4:])
    return [
        Row(
            "checks",
            f"all {len(seconds)} checks of a solved lab, beside {waits:.1f} s up to their timeouts (slowest: {slowest})",
            "s",
            10,
            median(times),
            tuple(times),
        )
    ]


def timed_out(verdict: dict[str, Any]) -> float:
    """Seconds that the check's requests waited until the timeout that the learner set: the lab is about this wait."""
    replies = [one["data"] for one in verdict["evidence"] if one["title"] == "replies"]
    return max((one["ms"] / 1000 for some in replies for one in some if one["status"] == GATEWAY_TIMEOUT), default=0.0)


def median(times: list[float]) -> float:
    return statistics.median(times) if times else math.nan
