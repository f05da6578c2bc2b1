"""A machine that has nothing to do: an engine clears clusters away for seconds after it said that they are gone."""

from __future__ import annotations

import os
import time
from pathlib import Path

BUSY = 0.12
"""Share of all processors' time that a machine at rest spends at most."""
WINDOW = 1.0
"""Seconds."""
WINDOWS = 3
CACHES = Path("/proc/sys/vm/drop_caches")
FORGOTTEN = 70.0
"""Seconds after which a file system has forgotten what was deleted."""


def forgotten() -> None:
    """Call when a cluster was removed, before the next one is measured.

    ext4 without a journal (a virtual machine's, often) gives no inode away for a minute after it became free, and looks at each
    such one again for every new file: up to half as much work again for whatever is made right after a cluster was removed. It
    does not where it would have to read them from the disk: root can see to that, others wait. See `recently_deleted` in
    https://github.com/torvalds/linux/blob/master/fs/ext4/ialloc.c
    """
    calm()
    os.sync()
    try:
        CACHES.write_text("1")
    except OSError:
        time.sleep(FORGOTTEN)
    calm()


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
