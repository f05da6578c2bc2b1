"""Each kind of work killed often enough, with what must hold after each kill and after all of a kind."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.chaos.killer import kill_in, kill_in_write
from tests.chaos.works import ANSWERS, GUARDS, LAB, WORKS, WRITE
from tests.cluster.machine import left_over, processes
from tests.cluster.program import Program

SETTLE = 15.0
"""Seconds that what was left gets to be ended by whoever watches over it."""
TRIES = 4
"""For each kill that must fall into its part."""


class Rounds:
    """One run: a state folder and a temporary folder of its own, a source of chance, and what went wrong."""

    def __init__(self, chance: random.Random, folder: Path, kills: int) -> None:
        self.chance = chance
        self.wanted = kills
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.program = Program(folder / "state", {"TMPDIR": str(self.temporary)})
        self.log = folder / "state" / "runs" / LAB / "log.jsonl"
        self.problems: list[str] = []
        self.kills: dict[str, int] = {}

    def expect(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.problems.append(sentence)
            print(f"✘ {sentence}", file=sys.stderr, flush=True)

    def work(self, name: str) -> None:
        """Kill it until it has died often enough, then see that all can go on."""
        ready = {"create": self.clean, "load": self.clean, "set-up": self.clean}.get(name, self.start)
        ready()
        if name == WRITE:
            self._write()
        else:
            self._kill_all(name)
        self.expect(self.kills.get(name, 0) >= self.wanted, f"{name} was killed only {self.kills.get(name, 0)} times")
        self.start()
        self.works()

    def _kill_all(self, name: str) -> None:
        work = WORKS[name]
        before = {"load": self.clean, "fault": self.outage, "reset": self.damage}.get(name, lambda: None)
        parts = list(work.moments)
        self.chance.shuffle(parts)
        for number in range(self.wanted * TRIES):
            done = self.kills.get(name, 0)
            if done >= self.wanted:
                return
            before()
            part = parts[done % len(parts)]
            self._kill(name, lambda part=part: kill_in(self.program, work, part, self.chance))  # type: ignore[misc]
            if name in {"create", "set-up"} and self.kills.get(name, 0) == done:
                self.clean()  # It came to its end, and what is there is not made again.
            if name in {"fault", "reset"}:
                self.start()
                self.mended(number)

    def _write(self) -> None:
        for number in range(self.wanted * TRIES * 5):
            if self.kills.get(WRITE, 0) >= self.wanted:
                return
            answer = ANSWERS[number % len(ANSWERS)]
            self._kill(WRITE, lambda answer=answer: kill_in_write(self.program, self.log, self.chance, "answer", *answer))  # type: ignore[misc]

    def _kill(self, name: str, work: Callable[[], str]) -> None:
        """One kill, and what must hold right after it."""
        before, lines, alive, start = self.status(), self.lines(), processes(), time.monotonic()
        part = work()
        seconds = round(time.monotonic() - start, 2)
        self.kills[name] = self.kills.get(name, 0) + bool(part)
        left = left_over(alive, SETTLE)
        self.expect(not left, f"{name} ({part}): processes are left: {left}")
        self.expect(self.emptied(), f"{name} ({part}): temporary files are left: {list(self.temporary.iterdir())}")
        after = self.status()
        self.expect(superset(after, before), f"{name} ({part}): progress was lost: {before} → {after}")
        self.expect(self.lines()[: len(lines)] == lines, f"{name} ({part}): lines of the log were lost or changed")
        self.expect(not after.get("damaged"), f"{name} ({part}): lines of the log are damaged: {after.get('damaged')}")
        print(json.dumps({"work": name, "part": part, "seconds": seconds, "events": after.get("events", 0)}), flush=True)

    def emptied(self) -> bool:
        end = time.monotonic() + SETTLE
        while any(self.temporary.iterdir()) and time.monotonic() < end:
            time.sleep(0.1)
        return not any(self.temporary.iterdir())

    def status(self) -> dict[str, Any]:
        """{} before the first start."""
        done = self.program.run("status", "--format", "json")
        if done.code and self.log.exists():
            self.expect(False, f"status ended with {done.code}: {done.err}")
        return dict(json.loads(done.out)["status"]) if done.code == 0 else {}

    def lines(self) -> list[bytes]:
        """The whole lines of the log."""
        return self.log.read_bytes().split(b"\n")[:-1] if self.log.exists() else []

    def ok(self, *arguments: str) -> str:
        done = self.program.run(*arguments)
        self.expect(done.code == 0, f"{' '.join(arguments)} ended with {done.code}: {done.err[-800:]}")
        return done.out

    def start(self) -> None:
        self.ok("start", LAB)

    def clean(self) -> None:
        self.ok("clean", "--yes")

    def outage(self) -> None:
        """A lab with a router for every Service, which the experiment needs."""
        self.ok("goto", "outage")

    def damage(self) -> None:
        """Something for a reset to do: an object of the learner's own, one changed, one gone."""
        self.ok("shell", "--", "kubectl", "create", "configmap", "stray")
        self.ok("shell", "--", "kubectl", "scale", "deployment", "catalog-v2", "--replicas=0")
        self.ok("shell", "--", "kubectl", "delete", "service", "ratings")

    def mended(self, number: int) -> None:
        """After a fault or a reset was cut off and the lab started again: no fault, nothing damaged."""
        self.expect(not self.status().get("faults"), f"kill {number}: faults are in force after start")
        query = "jsonpath={range .items[*]}{.kind}/{.metadata.name}={.spec.replicas} {end}"
        found = set(self.ok("shell", "--", "kubectl", "get", "deployments,services,configmaps", "-o", query).split())
        wrong = {"Deployment/catalog-v2=1", "Service/ratings="} - found | {"ConfigMap/stray=", "Deployment/router=0"} & found
        # The router has none at the lab's start: that is what a reset leads to.
        wrong -= {"Deployment/router=0"} if self.status().get("current") == "look" else set()
        self.expect(not wrong, f"kill {number}: after start this is not as it should be: {wrong}")

    def works(self) -> None:
        """A request from outside comes to its end, and nobody's fails."""
        done = self.program.run("check", "--wait", *GUARDS)
        self.expect(done.code == 0, f"after start the lab does not work: {done.out} {done.err}")

    def leave(self) -> None:
        self.clean()
        self.expect(self.emptied(), f"temporary files are left: {list(self.temporary.iterdir())}")


def superset(after: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether no event, no done step, no answer and no finished experiment of before is missing."""
    if after.get("events", 0) < before.get("events", 0):
        return False
    done = [{step["id"] for step in state.get("steps", []) if step.get("done")} for state in (before, after)]
    keys = ("answers", "experiments", "verdicts", "hints_taken")
    return done[0] <= done[1] and all(set(before.get(key) or {}) <= set(after.get(key) or {}) for key in keys)
