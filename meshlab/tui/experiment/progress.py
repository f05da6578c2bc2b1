"""Where a running experiment stands, from its events. Pure."""

from __future__ import annotations

from typing import Any

from meshlab.check.verdict import Verdict
from meshlab.run.api import ExperimentEvent
from meshlab.tui.experiment.timeline import Frame


class ExperimentProgress:
    """asked, then running, then finished."""

    def __init__(self) -> None:
        self.state = "asked"
        self.events: list[ExperimentEvent] = []
        self.frames: list[Frame] = []
        """Every matrix that was measured, in order."""
        self.chosen: int | None = None
        """The frame that the learner looks at; None follows the experiment."""
        self._phase = ""
        self.result: dict[str, Any] = {}
        self._faults = 0

    @property
    def finished(self) -> bool:
        """Whether it ran to its end."""
        return self.state == "finished"

    @property
    def score(self) -> float | None:
        """The share of the prediction that came true, where the run says so."""
        score = self.result.get("score")
        return float(score) if isinstance(score, int | float) else None

    @property
    def at(self) -> int:
        """The frame to show: the chosen one, else the newest; of a finished experiment the one that was predicted."""
        newest = self.judged if self.finished else len(self.frames) - 1
        return max(0, newest if self.chosen is None else self.chosen)

    @property
    def judged(self) -> int:
        """The last frame with a fault in force, the first one where none was."""
        return max((number for number, frame in enumerate(self.frames) if frame.disturbed), default=0)

    @property
    def measured(self) -> list[tuple[str, Verdict]]:
        """(phase, verdict) of each check that held, in the order in which they came to it."""
        last: dict[tuple[str, str], Verdict] = {}
        for event in self.events:
            if event.verdict is not None and event.verdict.green:
                last[event.phase, event.verdict.check] = event.verdict
        return [(phase, verdict) for (phase, _), verdict in last.items()]

    def choose(self, frame: int) -> None:
        """Look at a frame; the last one of a running experiment is followed again."""
        self.chosen = max(0, min(frame, len(self.frames) - 1))
        if not self.finished and self.chosen == len(self.frames) - 1:
            self.chosen = None

    def start(self) -> None:
        """The learner has predicted."""
        self.state = "running"

    def accept(self, event: ExperimentEvent) -> None:
        """Take in one event."""
        if event.kind == "fault":
            self._faults += 1
        elif event.kind == "undo":
            self._faults = 0
        if event.kind == "phase":
            self._phase = event.text or event.phase
        if event.matrix is not None:
            self.frames.append(Frame(event.matrix, self._phase, bool(self._faults)))
        self.result = event.result or self.result
        if event.kind != "matrix":
            self.events.append(event)

    def finish(self) -> None:
        """The run has ended it."""
        self.state = "finished"
