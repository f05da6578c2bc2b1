"""Where a running experiment stands, from its events. Pure."""

from __future__ import annotations

from typing import Any

from meshlab.run.api import ExperimentEvent, Matrix


class Course:
    """asked, then running, then finished."""

    def __init__(self) -> None:
        self.state = "asked"
        self.events: list[ExperimentEvent] = []
        self.disturbed: Matrix | None = None
        """The last matrix that was measured while a fault was in force."""
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

    def start(self) -> None:
        """The learner has predicted."""
        self.state = "running"

    def accept(self, event: ExperimentEvent) -> None:
        """Take in one event."""
        if event.kind == "fault":
            self._faults += 1
        elif event.kind == "undo":
            self._faults = 0
        if event.matrix is not None and (self._faults or self.disturbed is None):
            self.disturbed = event.matrix
        self.result = event.result or self.result
        if event.kind != "matrix":
            self.events.append(event)

    def finish(self) -> None:
        """The run has ended it."""
        self.state = "finished"
