"""Whoever measures is served first, so that it is the interface that is measured and not the wait of the measuring program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def may_be_first() -> bool:
    """Whether the interface, too, gets real-time turns here."""
    return sys.platform == "linux" and os.geteuid() == 0


@contextmanager
def served_first() -> Iterator[None]:
    """Real-time turns while the context lasts, not for what this process starts: as root on Linux, else nothing."""
    if sys.platform == "linux":
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        as_usual()


@contextmanager
def like_others() -> Iterator[None]:
    """In between: turns as everybody has them, for what is compared with the interface."""
    held = sys.platform == "linux" and os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR
    as_usual()
    try:
        yield
    finally:
        if held:
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def as_usual() -> None:
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
