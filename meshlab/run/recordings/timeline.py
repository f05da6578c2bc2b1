"""Orders a recording for playing: by step, and each step in segments that begin where an act changed the cluster.

Within a segment, verdicts follow only from earlier acts. So a viewer who repeats the acts in their order sees after each act
what was seen in the recorded run. Pure.
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
"""Methods that change the cluster within a step; each begins a segment."""
Id = tuple[int, int]
"""Identifies a call: how often the run had been opened, and the number of the call since then."""


@dataclass
class Segment:
    """One act, its progress, and everything that was recorded until the next act."""

    act: str = ""
    """`solve`, `reset`, or `experiment` with its id; "" for what was seen on coming to the step."""
    began: float = 0.0
    progress: list[tuple[float, Progress]] = field(default_factory=list)
    happened: list[tuple[float, ExperimentEvent]] = field(default_factory=list)
    verdicts: list[tuple[float, Verdict]] = field(default_factory=list)
    traces: dict[str, Trace | lines.Ended] = field(default_factory=dict)
    """By the key that `asked` makes; an `Ended` where the request could not be sent."""
    matrix: Matrix | None = None
    pods: tuple[dict[str, Any], ...] | None = None
    traffic: list[Traffic] = field(default_factory=list)
    snapshot: Snapshot | None = None
    """The snapshot at the end of the segment."""


@dataclass
class Timeline:
    """A whole recording."""

    opened: lines.Opened
    values: dict[str, str] = field(default_factory=dict)
    prepared: Segment = field(default_factory=Segment)
    steps: dict[str, list[Segment]] = field(default_factory=dict)
    """In the order of the recording."""
    debriefs: dict[tuple[str, str], Debrief] = field(default_factory=dict)
    """By step and language."""


def asked(url: str, headers: dict[str, str]) -> str:
    """Makes the key of a request."""
    return " ".join([url, *(f"{name}: {value}" for name, value in sorted(headers.items()))]).strip()


def timeline(all_lines: Iterable[AnyLine]) -> Timeline:
    """Builds the timeline. The first line must open the recording."""
    whole = list(all_lines)
    assert isinstance(whole[0], lines.Opened)
    return _Builder(Timeline(whole[0]), _done(whole)).build(whole)


def _done(whole: list[AnyLine]) -> set[Id]:
    """Lists the calls that ended well; other calls are not played."""
    opened, found = 0, set()
    for line in whole:
        opened += isinstance(line, lines.Opened)
        if isinstance(line, lines.Ended) and line.how == "done":
            found.add((opened, line.call))
    return found


class _Builder:
    """Reads line by line; `step` is the current step of the run."""

    def __init__(self, found: Timeline, done: set[Id]) -> None:
        self._found = found
        self._done = done
        self._opened = 0
        self._step = ""
        self._calls: dict[Id, tuple[lines.Called, Segment]] = {}

    def build(self, whole: list[AnyLine]) -> Timeline:
        for line in whole:
            match line:
                case lines.Opened():
                    self._opened += 1
                case lines.Known(values=values):
                    self._found.values |= values
                case lines.Stood(snapshot=snapshot):
                    self._take_snapshot(snapshot)
                case lines.Called():
                    self._take_call(line)
                case lines.Debriefed():
                    self._found.debriefs[line.debrief.step, line.language] = line.debrief
                case _:
                    self._take_result(line)
        return self._found

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        self._step = snapshot.current
        self._segment(self._step).snapshot = snapshot
        if not self._found.prepared.snapshot and snapshot.environment == "ready":
            self._found.prepared.snapshot = snapshot

    def _take_call(self, line: lines.Called) -> None:
        key = (self._opened, line.call)
        self._calls[key] = (line, self._segment_of(line, key in self._done))

    def _segment_of(self, line: lines.Called, done: bool) -> Segment:
        """Returns the segment that the results of this call belong to."""
        if line.method == "prepare":
            # Only the first preparation is played; later ones only woke the cluster.
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

    def _take_result(self, line: AnyLine) -> None:
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
        """Returns the last segment of the step."""
        return self._found.steps.setdefault(step, [Segment()])[-1]


def _about(line: lines.Called) -> list[Any]:
    return [line.arguments["experiment"]] if line.method == "experiment" else []


def _request(called: lines.Called) -> str:
    return asked(called.arguments.get("url", ""), called.arguments.get("headers", {}))
