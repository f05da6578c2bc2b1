"""Kill meshlab with SIGKILL at random moments of every kind of work, and see that nothing is lost and nothing left.

After each kill: none of its processes lives, no temporary file is left, and `status --format json` still has all progress
that was there before. At the end `clean` gives the engine back as it was. Prints one JSON line a kill and a summary.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.cluster.machine import processes, take
from tests.cluster.program import ROOT, Program

LAB = "2-router-mesh"
SETTLE = 15.0
"""Seconds that orphans get to be ended by whoever watches over them."""


@dataclass(frozen=True)
class Work:
    """A kind of work: the command that does it, the phase (of its JSON progress) to die in, and how long to wait there."""

    name: str
    command: list[str]
    phase: str
    """"" : at any moment after the start."""
    longest: float
    """Seconds within which to die after the phase began."""


WORKS = [
    Work("create", ["start", LAB, "--format", "json"], "create-nodes|control-plane|cni|join", 12.0),
    Work("load", ["start", LAB, "--format", "json"], "load-images", 4.0),
    Work("set-up", ["start", LAB, "--format", "json"], "system|base|start|apply|ready", 6.0),
    Work("check", ["check", "--all", "--format", "jsonl"], "", 4.0),
    Work("fault", ["experiment", "router-dies", "--none-red", "--format", "jsonl"], "", 8.0),
    Work("reset", ["reset", "--yes", "--format", "json"], "", 5.0),
    Work("state write", ["answer", "peer", "nothing"], "", 0.3),
]


class Chaos:
    """One run of it: a state folder, a source of chance, and what went wrong."""

    def __init__(self, seed: int, state: Path) -> None:
        self.chance = random.Random(seed)
        self.program = Program(state)
        self.problems: list[str] = []
        self.kills: dict[str, int] = {}

    def progress(self) -> dict[str, object]:
        done = self.program.run("status", "--format", "json")
        return json.loads(done.out)["status"] if done.code == 0 else {}

    def start(self) -> None:
        done = self.program.run("start", LAB, deadline=600)
        self.expect(done.code == 0, f"start after a kill ended with {done.code}: {done.err[-400:]}")

    def expect(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.problems.append(sentence)
            print(f"✘ {sentence}", file=sys.stderr, flush=True)

    def kill_in(self, work: Work) -> None:
        """Start the work, kill it in its phase, look at what is left."""
        before, alive = self.progress(), processes()
        process = subprocess.Popen(
            [sys.executable, "-m", "meshlab", *work.command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.program.env,
            cwd=ROOT,
        )
        phase = self.reach(process, work)
        wait = self.chance.uniform(0, work.longest)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            self.kills[work.name] = self.kills.get(work.name, 0) + 1
        code = process.wait()
        assert process.stdout is not None
        process.stdout.close()
        self.look(work, before, alive)
        print(json.dumps({"work": work.name, "phase": phase, "after": round(wait, 2), "code": code}), flush=True)

    def reach(self, process: subprocess.Popen[str], work: Work) -> str:
        """Follow the progress until the phase begins."""
        if not work.phase:
            return ""
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line).get("progress", {})
            if event.get("state", "running") == "running" and any(name in event["phase"] for name in work.phase.split("|")):
                return str(event["phase"])
        return "ended"

    def look(self, work: Work, before: dict[str, object], alive: set[int]) -> None:
        end = time.monotonic() + SETTLE
        while processes() - alive and time.monotonic() < end:
            time.sleep(0.2)
        self.expect(not processes() - alive, f"{work.name}: processes are left: {processes() - alive}")
        after = self.progress()
        self.expect(superset(after, before), f"{work.name}: progress was lost: {before} → {after}")


def superset(after: dict[str, object], before: dict[str, object]) -> bool:
    """Whether no event, no done step, no answer and no finished experiment of before is missing."""
    if not before:
        return True
    if int(str(after.get("events", 0))) < int(str(before.get("events", 0))):
        return False
    done = [{step["id"] for step in state.get("steps", []) if step.get("done")} for state in (before, after)]  # type: ignore[attr-defined]
    kept = all(set(before.get(key) or {}) <= set(after.get(key) or {}) for key in ("answers", "experiments"))  # type: ignore[call-overload]
    return bool(done[0] <= done[1] and kept)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=3, help="of each kind of work")
    parser.add_argument("--only", default="", help="one kind of work")
    chosen = parser.parse_args()
    before = take()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        chaos = Chaos(chosen.seed, Path(folder))
        rounds(chaos, chosen.kills, chosen.only)
        done = chaos.program.run("clean", "--yes")
        chaos.expect(done.code == 0, f"clean ended with {done.code}: {done.err[-400:]}")
        after = take()
    for name, there in before.items():
        chaos.expect(after[name] == there, f"at the end {name} differ: {there} → {after[name]}")
    print(json.dumps({"seed": chosen.seed, "kills": chaos.kills, "problems": chaos.problems}))
    return 1 if chaos.problems else 0


def rounds(chaos: Chaos, kills: int, only: str) -> None:
    """Kill until each kind of work has died often enough; a work that ended before its moment is tried again."""
    for work in WORKS:
        if only and work.name != only:
            continue
        if work.phase and work.name != "set-up":
            chaos.program.run("clean", "--yes")
        else:
            chaos.start()
        for _ in range(kills * 3):
            if chaos.kills.get(work.name, 0) >= kills:
                break
            chaos.kill_in(work)
            if work.name == "load":
                chaos.program.run("clean", "--yes")
        chaos.expect(
            chaos.kills.get(work.name, 0) >= kills, f"{work.name} was killed only {chaos.kills.get(work.name, 0)} times"
        )
    chaos.start()


if __name__ == "__main__":
    sys.exit(main())
