"""Phases of one long operation: announced, timed, told as Progress, and remembered as estimates."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from meshlab import files
from meshlab.cluster.progress import Detail, Progress
from meshlab.errors import EnvironmentFault, MeshlabError

log = logging.getLogger(__name__)

Tell = Callable[[Progress], None]
"""Takes an event at once: it must neither wait nor fail."""


def ignore(event: Progress) -> None:
    """For an operation whose progress nobody asked for."""


class Track:
    """What an operation reports its phases to. Each event goes to `tell` at once, in the order of the calls."""

    def __init__(self, tell: Tell = ignore, estimates: Estimates | None = None) -> None:
        self.tell = tell
        """For events that are no phase of this track, such as those of a part that counts its phases itself."""
        self.estimates = estimates or Estimates()
        self._announces = True
        self._phases: list[str] = []
        self._since: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._over: set[str] = set()

    def inner(self) -> Track:
        """For an operation that is part of this one, whose plan has its phases already: they are not announced again.

        It counts, times and learns its own phases. So the same operation can be part of this one twice, on two clusters.
        """
        track = self.anew()
        track._announces = False
        return track

    def anew(self) -> Track:
        """For an operation that follows within this one and announces a way of its own."""
        return Track(self.tell, self.estimates)

    def plan(self, phases: Sequence[str]) -> None:
        """All of the way, before the first step."""
        self._phases = list(phases)
        if self._announces:
            for phase in phases:
                self.tell(Progress(phase=phase, state="planned", estimate=self.estimates.get(phase)))

    @contextmanager
    def phase(self, phase: str) -> Iterator[None]:
        """One phase around a piece of work: failed, with its message, when that raises a MeshlabError."""
        self.running(phase)
        try:
            yield
        except MeshlabError as error:
            self.failed(phase, error)
            raise
        self.done(phase)

    def running(self, phase: str, *, done: int = 0, total: int = 0, detail: Detail = "") -> None:
        """It has begun, or has come further."""
        if phase not in self._since:
            log.info("phase %s begins %s", phase, detail)
        self._since.setdefault(phase, time.monotonic())
        event = Progress(phase=phase, estimate=self.estimates.get(phase), done=done, total=total)
        self.tell(event.with_detail(detail))

    def done(self, phase: str, *, done: int = 0, total: int = 0, detail: Detail = "") -> None:
        """It has ended well."""
        seconds = round(time.monotonic() - self._since.setdefault(phase, time.monotonic()), 3)
        log.info("phase %s ended after %.1f s %s", phase, seconds, detail)
        self._took[phase] = seconds
        self._over.add(phase)
        event = Progress(phase=phase, state="done", seconds=seconds, done=done, total=total)
        self.tell(event.with_detail(detail))

    def failed(self, phase: str, detail: Detail) -> None:
        """It has ended badly."""
        seconds = round(time.monotonic() - self._since.get(phase, time.monotonic()), 3)
        log.warning("phase %s failed after %.1f s: %s", phase, seconds, detail)
        self._over.add(phase)
        self.tell(Progress(phase=phase, state="failed", seconds=seconds).with_detail(detail))

    def skipped(self, phase: str, detail: Detail = "") -> None:
        """It was not needed."""
        log.info("phase %s was not needed %s", phase, detail)
        self._over.add(phase)
        self.tell(Progress(phase=phase, state="skipped").with_detail(detail))

    def note(self, phase: str, detail: Detail) -> None:
        """A line of log that belongs to it."""
        self.tell(Progress(phase=phase, state="note").with_detail(detail))

    def open(self) -> list[str]:
        """Phases that have begun and not ended, newest last."""
        return [phase for phase in self._since if phase not in self._over]

    def left(self) -> list[str]:
        """Planned phases that never began nor were skipped."""
        return [phase for phase in self._phases if phase not in self._since and phase not in self._over]

    def learn(self) -> None:
        """Remember what the phases took."""
        self.estimates.learn(self._took)


WEIGHT = 0.4
"""Of the newest run in the average."""


class Estimates:
    """An average for each phase in `folder/estimates.json`, by machine: a home folder may be shared by several."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else folder / "estimates.json"
        self._machine = platform.node() or "localhost"

    def get(self, phase: str) -> float | None:
        """Seconds, or None when it never ran here."""
        return self._read().get(self._machine, {}).get(phase)

    def learn(self, seconds: dict[str, float]) -> None:
        """Take in what phases took just now. A file that cannot be written costs the estimate, nothing else."""
        if self._file is None or not seconds:
            return
        known = self._read()
        mine = known.setdefault(self._machine, {})
        for phase, new in seconds.items():
            old = mine.get(phase, new)
            mine[phase] = round(old + WEIGHT * (new - old), 2)
        with suppress(EnvironmentFault):
            files.write(self._file, msgspec.json.format(msgspec.json.encode(known), indent=1))

    def _read(self) -> dict[str, dict[str, float]]:
        if self._file is None:
            return {}
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, dict[str, float]])
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return {}
