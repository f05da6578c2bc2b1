"""meshlab in a real terminal, filmed: what it wrote and when, with pauses for whoever reads that nobody has to wait for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyte

from tests.e2e.terminal import Terminal
from tests.film.picture import Frame, picture

LONGEST = 0.5
"""Seconds between two writes: a slow machine must not make a slow film."""
SETTLED = 0.4
"""Seconds without a write after which a screen is taken to be drawn."""
Condition = str | Callable[[str], bool]


@dataclass
class Shot:
    """One write."""

    at: float
    data: bytes
    shown: bool = True


@dataclass
class Film:
    """All writes, and how long it is."""

    columns: int
    rows: int
    shots: list[Shot] = field(default_factory=list)
    length: float = 0.0

    def frames(self, *, everything: bool, apart: float) -> list[Frame]:
        """One for several that follow each other closely. everything: what is not shown, too; else it takes no time."""
        return [frame for frame in self._frames(everything, apart) if any(frame[1])]

    def _frames(self, everything: bool, apart: float) -> Iterator[Frame]:
        screen = pyte.Screen(self.columns, self.rows)
        stream = pyte.ByteStream(screen)
        hidden = 0.0
        ends = [shot.at for shot in self.shots[1:]] + [self.length]
        for shot, end in zip(self.shots, ends, strict=True):
            stream.feed(shot.data)
            if not (shot.shown or everything):
                hidden += end - shot.at
            elif end - shot.at >= apart:
                yield shot.at - hidden, picture(screen)

    def seconds(self) -> float:
        """Of what is shown."""
        ends = [shot.at for shot in self.shots[1:]] + [self.length]
        return sum(end - shot.at for shot, end in zip(self.shots, ends, strict=True) if shot.shown)


class _Tap(pyte.ByteStream):
    """The emulator's stream, with somebody who listens."""

    def __init__(self, screen: pyte.Screen, heard: Callable[[bytes], None]) -> None:
        super().__init__(screen)
        self._heard = heard

    def feed(self, data: bytes) -> None:  # type: ignore[override]
        self._heard(data)
        super().feed(data)


class Camera(Terminal):
    """A terminal whose stream is kept."""

    def __init__(self, command: list[str], columns: int, rows: int, env: dict[str, str]) -> None:
        super().__init__(command, columns, rows, env)
        self.film = Film(columns, rows)
        self.showing = True
        self._last = time.monotonic()
        self.stream = _Tap(self.screen, self.seen)

    def seen(self, data: bytes) -> None:
        """Keep one write."""
        now = time.monotonic()
        self.film.length += min(LONGEST, now - self._last)
        self._last = now
        self.film.shots.append(Shot(self.film.length, data, self.showing))

    def settle(self) -> None:
        """Until nothing is written for a moment."""
        end = time.monotonic() + SETTLED
        drawn = self.drawn
        while time.monotonic() < end:
            self.read()
            if self.drawn != drawn:
                drawn, end = self.drawn, time.monotonic() + SETTLED

    def hold(self, seconds: float) -> None:
        """Time to read, in the film only."""
        self.settle()
        self.film.length += seconds

    def press(self, keys: str, until: Condition, hold: float = 1.0, deadline: float = 60) -> None:
        """Keys, what is seen then, and time to read it."""
        self.send(keys)
        self.until(until, deadline)
        self.hold(hold)
