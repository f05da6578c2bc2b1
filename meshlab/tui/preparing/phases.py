"""A long operation as a table of its phases, kept from the progress that it reports. Pure: the clock is given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from meshlab.cluster.progress import Progress
from meshlab.tui.lab.topology.model import Row
from meshlab.words import Words

LOG_LINES = 2000
ENDED = ("done", "skipped", "failed")


@dataclass
class Phase:
    """One row: where a phase stands."""

    id: str
    state: str = "planned"
    """planned, running, done, failed or skipped"""
    done: int = 0
    total: int = 0
    estimate: float | None = None
    seconds: float = 0.0
    detail: Words | str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    since: float = 0.0

    def elapsed(self, now: float) -> float:
        """Seconds so far, or in the end."""
        return now - self.since if self.state == "running" else self.seconds


class PhaseTable:
    """All phases in the order in which they were announced, and the log."""

    def __init__(self) -> None:
        self.phases: dict[str, Phase] = {}
        self.log: deque[Words | str] = deque(maxlen=LOG_LINES)
        self.started: float | None = None
        self.ended: float | None = None

    def clear(self) -> None:
        """For another try; the log stays."""
        self.phases.clear()
        self.started = self.ended = None

    def accept(self, event: Progress, now: float) -> None:
        """Take in one event of progress."""
        if self.started is None:
            self.started = now
        if event.state == "note":
            self.log.append(event.words or event.detail)
            return
        phase = self.phases.setdefault(event.phase, Phase(event.phase))
        if event.state == "running" and phase.state != "running":
            phase.since = now
        phase.state = event.state
        phase.done, phase.total = event.done, event.total or phase.total
        phase.estimate = event.estimate if event.estimate is not None else phase.estimate
        phase.seconds = event.seconds or (now - phase.since if phase.since else 0.0)
        phase.detail = event.words or event.detail or phase.detail
        phase.parameters = event.parameters or phase.parameters

    def finish(self, now: float) -> None:
        """The operation has ended, however it did."""
        self.ended = now

    def elapsed(self, now: float) -> float:
        """Seconds since the first event."""
        return 0.0 if self.started is None else (self.ended or now) - self.started

    def remaining(self, now: float) -> float | None:
        """Seconds left by the estimates that there are (see `unknown`); None when there is none."""
        open_ones = [phase for phase in self.phases.values() if phase.state not in ENDED]
        known = [phase for phase in open_ones if phase.estimate is not None]
        if open_ones and not known:
            return None
        return sum(max(0.0, (phase.estimate or 0.0) - phase.elapsed(now)) for phase in known)

    def unknown(self) -> int:
        """How many phases that are still to come to an end never ran on this machine."""
        return sum(phase.estimate is None for phase in self.phases.values() if phase.state not in ENDED)

    def fraction(self, now: float) -> float:
        """How much is done, 0 to 1: by estimates where all are known, else by phases."""
        left = None if self.unknown() else self.remaining(now)
        if left is not None and self.elapsed(now) + left > 0:
            return self.elapsed(now) / (self.elapsed(now) + left)
        ended = sum(phase.state in ("done", "skipped") for phase in self.phases.values())
        return ended / len(self.phases) if self.phases else 0.0


@dataclass(frozen=True)
class Window:
    """The phases that are shown, and those before and after them that are only counted."""

    before: tuple[Phase, ...]
    shown: tuple[Phase, ...]
    after: tuple[Phase, ...]


def window(phases: list[Phase], rows: int) -> Window:
    """As many phases as fit into that many rows, with what happens now among them. A count takes a row, too."""
    if len(phases) <= rows or rows < 3:
        return Window((), tuple(phases), ())
    now = next((index for index, phase in enumerate(phases) if phase.state not in ENDED), len(phases))
    # A third of the rows for what has just been done.
    start = min(max(0, now - (rows - 3) // 3), len(phases) - rows + 1)
    if start == 1:
        start = 0 if now <= rows - 2 else 2
    end = start + rows - (1 if start else 0)
    end -= 1 if end < len(phases) else 0
    return Window(tuple(phases[:start]), tuple(phases[start:end]), tuple(phases[end:]))


def clock(seconds: float) -> str:
    """`0:42`, `12:05`."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def bar(fraction: float, size: int, meaning: str = "accent") -> Row:
    """`━━━───` of that many columns, as two pieces."""
    full = min(size, max(0, round(fraction * size)))
    return [("━" * full, meaning), ("─" * (size - full), "idle")]
