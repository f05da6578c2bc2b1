"""A machine that has nothing to do: an engine clears clusters away for seconds after it said that they are gone."""

from __future__ import annotations

import time
from pathlib import Path

BUSY = 0.12
"""Share of all processors' time that a machine at rest spends at most."""
WINDOW = 1.0
"""Seconds."""
WINDOWS = 3


def calm(within: float = 60.0) -> None:
    """Wait for some quiet windows one after the other; not for ever, for the machine may have other work."""
    deadline, quiet = time.monotonic() + within, 0
    while quiet < WINDOWS and time.monotonic() < deadline:
        quiet = quiet + 1 if busy() < BUSY else 0


def busy() -> float:
    """Share of a window that the processors worked."""
    before = _times()
    time.sleep(WINDOW)
    work, whole = (after - earlier for after, earlier in zip(_times(), before, strict=True))
    return work / whole if whole else 0.0


def _times() -> tuple[int, int]:
    """Ticks of work and of everything since the machine started."""
    user, nice, system, idle, iowait, *others = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
    work = user + nice + system + sum(others)
    return work, work + idle + iowait
