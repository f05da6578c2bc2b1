"""The kinds of work that meshlab is killed in, and the moments of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from meshlab.cluster.kube.ready import PHASES as READY
from meshlab.run.prepare.stages import LAB as PUT
from meshlab.run.prepare.stages import USABLE

LAB = "2-router-mesh"
SET_UP = (*PUT, *READY, *USABLE)
START = ("start", LAB, "--format", "json")


@dataclass(frozen=True)
class Work:
    """A command, the parts of it in which a kill counts, and how long after the beginning of one it may come."""

    command: tuple[str, ...]
    moments: dict[str, float]
    """Part that is waited for, to the longest wait after it in seconds. What the command says on stdout names parts, see
    `told`."""
    more: tuple[str, ...] = ()
    """Parts that count as well, where the kill fell into one after the moment."""

    @property
    def parts(self) -> set[str]:
        return {*self.moments, *self.more}


WORKS = {
    "create": Work(START, {"create-nodes": 4, "control-plane": 10, "network": 1, "join": 1}),
    "load": Work(START, {"load-images": 3}),
    "set-up": Work(START, {"system-parts": 0.5, "setup-start": 1, "workloads-ready": 5, "start-actors": 1}, SET_UP),
    "check": Work(("check", "--all", "--format", "jsonl"), {"checking": 3}),
    "fault": Work(("experiment", "router-dies", "--none-red", "--format", "jsonl"), {"down": 5, "repaired": 1}),
    "reset": Work(
        ("reset", "look", "--yes", "--format", "json"), {"remove-strays": 0.5, "converge": 1, "settle": 4, "compare": 0.5}
    ),
}
WRITE = "state write"
NAMES = [*WORKS, WRITE]
ANSWERS = (("caller-of-legacy", "web"), ("east-west-calls", "4"), ("caller-of-legacy", "pricing"), ("east-west-calls", "6"))
"""Each is one append to the log."""
GUARDS = ("edge-to-web", "shoppers-served")


def told(said: dict[str, Any], open_parts: set[str]) -> None:
    """Fold one line of a command's stdout into the parts that are open now."""
    match said:
        case {"kind": "progress", "progress": {"phase": phase, **about}}:
            if about.get("state", "running") == "running":
                open_parts.add(phase)
            elif about["state"] in {"done", "failed"}:
                open_parts.discard(phase)
        case {"kind": "experiment", "event": {"kind": "phase", "phase": phase}}:
            open_parts.clear()
            open_parts.add(phase)
        case {"kind": "experiment", "event": {"kind": "finished"}}:
            open_parts.clear()
        case {"kind": "verdict"}:
            open_parts.add("checking")
