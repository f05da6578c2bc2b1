"""Phases of one long operation: announced, timed, told as Progress, and remembered as estimates."""

from __future__ import annotations

import time

from meshlab.cluster.estimates import Estimates
from meshlab.cluster.progress import Progress


class Track:
    """Makes the events of an operation's phases in their right order."""

    def __init__(self, phases: list[str], estimates: Estimates | None = None) -> None:
        self.phases = phases
        self._estimates = estimates or Estimates()
        self._since: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._over: set[str] = set()

    def planned(self) -> list[Progress]:
        """All of the way, before the first step."""
        return [Progress(phase=phase, state="planned", estimate=self._estimates.get(phase)) for phase in self.phases]

    def running(self, phase: str, *, done: int = 0, total: int = 0, detail: str = "") -> Progress:
        """It has begun, or has come further."""
        self._since.setdefault(phase, time.monotonic())
        return Progress(phase=phase, estimate=self._estimates.get(phase), done=done, total=total, detail=detail)

    def done(self, phase: str, *, done: int = 0, total: int = 0, detail: str = "") -> Progress:
        """It has ended well."""
        seconds = round(time.monotonic() - self._since.setdefault(phase, time.monotonic()), 3)
        self._took[phase] = seconds
        self._over.add(phase)
        return Progress(phase=phase, state="done", seconds=seconds, done=done, total=total, detail=detail)

    def failed(self, phase: str, detail: str) -> Progress:
        """It has ended badly."""
        seconds = round(time.monotonic() - self._since.get(phase, time.monotonic()), 3)
        self._over.add(phase)
        return Progress(phase=phase, state="failed", seconds=seconds, detail=detail)

    def skipped(self, phase: str, detail: str = "") -> Progress:
        """It was not needed."""
        self._over.add(phase)
        return Progress(phase=phase, state="skipped", detail=detail)

    def open(self) -> list[str]:
        """Phases that have begun and not ended, newest last."""
        return [phase for phase in self._since if phase not in self._over]

    def left(self) -> list[str]:
        """Phases that never began nor were skipped."""
        return [phase for phase in self.phases if phase not in self._since and phase not in self._over]

    def learn(self) -> None:
        """Remember what the phases took."""
        self._estimates.learn(self._took)
