"""A recording in the order in which it can be played: step by step, and each step cut where something was done to the cluster.

Between two cuts verdicts only follow from what was done before; so whoever plays it does the same things in the same order,
and sees after each of them what was seen then. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from meshlab.check.verdict import Verdict
from meshlab.cluster.progress import Progress
from meshlab.run.api import Debrief, ExperimentEvent, Matrix, Snapshot, Trace, Traffic
from meshlab.run.recordings import lines
from meshlab.run.recordings.lines import AnyLine

ACTS = ("solve", "experiment", "reset")
"""Methods that do something to the cluster in a step; each begins a segment."""
Id = tuple[int, int]
"""How often the run had been opened, and the number of the call since then."""


@dataclass
class Segment:
    """One act, what was told while it went on, and what was seen until the next one."""

    act: str = ""
    """`solve`, `reset`, or `experiment` with its id; "" for what was seen on coming to the step."""
    began: float = 0.0
    progress: list[tuple[float, Progress]] = field(default_factory=list)
    happened: list[tuple[float, ExperimentEvent]] = field(default_factory=list)
    verdicts: list[tuple[float, Verdict]] = field(default_factory=list)
    traces: dict[str, Trace | lines.Ended] = field(default_factory=dict)
    """By `asked`; an end where the request could not be sent."""
    matrix: Matrix | None = None
    pods: tuple[dict[str, Any], ...] | None = None
    traffic: list[Traffic] = field(default_factory=list)
    snapshot: Snapshot | None = None
    """How the run stood at the end."""


@dataclass
class Timeline:
    """All of it."""

    opened: lines.Opened
    values: dict[str, str] = field(default_factory=dict)
    prepared: Segment = field(default_factory=Segment)
    steps: dict[str, list[Segment]] = field(default_factory=dict)
    """In the order in which the recording came to them."""
    debriefs: dict[tuple[str, str], Debrief] = field(default_factory=dict)
    """By step and language."""


def asked(url: str, headers: dict[str, str]) -> str:
    """One request as a key."""
    return " ".join([url, *(f"{name}: {value}" for name, value in sorted(headers.items()))]).strip()


def timeline(all_lines: Iterable[AnyLine]) -> Timeline:
    """The first line must be the one that opens the recording."""
    whole = list(all_lines)
    assert isinstance(whole[0], lines.Opened)
    return _Walk(Timeline(whole[0]), _done(whole)).through(whole)


def _done(whole: list[AnyLine]) -> set[Id]:
    """Calls that came to their end: of the others nothing is played."""
    opened, found = 0, set()
    for line in whole:
        opened += isinstance(line, lines.Opened)
        if isinstance(line, lines.Ended) and line.how == "done":
            found.add((opened, line.call))
    return found


class _Walk:
    """From line to line; `step` is where the run stands."""

    def __init__(self, found: Timeline, done: set[Id]) -> None:
        self._found = found
        self._done = done
        self._opened = 0
        self._step = ""
        self._calls: dict[Id, tuple[lines.Called, Segment]] = {}

    def through(self, whole: list[AnyLine]) -> Timeline:
        for line in whole:
            match line:
                case lines.Opened():
                    self._opened += 1
                case lines.Known(values=values):
                    self._found.values |= values
                case lines.Stood(snapshot=snapshot):
                    self._stood(snapshot)
                case lines.Called():
                    self._called(line)
                case lines.Debriefed():
                    self._found.debriefs[line.debrief.step, line.language] = line.debrief
                case _:
                    self._answered(line)
        return self._found

    def _stood(self, snapshot: Snapshot) -> None:
        self._step = snapshot.current
        self._segment(self._step).snapshot = snapshot
        if not self._found.prepared.snapshot and snapshot.environment == "ready":
            self._found.prepared.snapshot = snapshot

    def _called(self, line: lines.Called) -> None:
        key = (self._opened, line.call)
        self._calls[key] = (line, self._place(line, key in self._done))

    def _place(self, line: lines.Called, done: bool) -> Segment:
        """Where what comes back belongs."""
        if line.method == "prepare":
            # Waking a cluster up again is no part of the way.
            first = done and not self._found.prepared.progress
            if first:
                self._found.prepared.began = line.t
            return self._found.prepared if first else Segment()
        if line.method not in ACTS:
            return self._segment(self._step)
        segment = Segment(" ".join([line.method, *map(str, _about(line))]), line.t)
        if done:
            step = line.arguments.get("step") or self._step
            self._segment(step)
            self._found.steps[step].append(segment)
        return segment

    def _answered(self, line: AnyLine) -> None:
        called, segment = self._calls.get((self._opened, getattr(line, "call", 0)), (None, Segment()))
        match line:
            case lines.Progressed():
                segment.progress.append((line.t, line.progress))
            case lines.Happened():
                segment.happened.append((line.t, line.event))
            case lines.Judged():
                self._segment(line.verdict.step).verdicts.append((line.t, line.verdict))
            case lines.Traced() if called is not None:
                segment.traces[_request(called)] = line.trace
            case lines.Ended(how="failed") if called is not None and called.method == "trace":
                segment.traces[_request(called)] = line
            case lines.Reached():
                segment.matrix = line.matrix
            case lines.Listed():
                segment.pods = line.pods
            case lines.Counted():
                segment.traffic.append(line.traffic)
            case _:
                pass

    def _segment(self, step: str) -> Segment:
        """The last one of the step."""
        return self._found.steps.setdefault(step, [Segment()])[-1]


def _about(line: lines.Called) -> list[Any]:
    return [line.arguments["experiment"]] if line.method == "experiment" else []


def _request(called: lines.Called) -> str:
    return asked(called.arguments.get("url", ""), called.arguments.get("headers", {}))
