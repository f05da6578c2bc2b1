"""Whoever measures is served first, so that it is the interface that is measured and not the wait of the measuring program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from meshlab.tui.precedence import real_time


def may_be_first() -> bool:
    """Whether the interface, too, gets real-time turns here."""
    with served_first() as granted:
        return granted


@contextmanager
def served_first() -> Iterator[bool]:
    """Real-time turns while the context lasts, not for what this process starts. Whether they were granted."""
    try:
        yield real_time(0)
    finally:
        _as_usual()


@contextmanager
def like_others() -> Iterator[None]:
    """In between: turns as everybody has them, for what is compared with the interface."""
    _as_usual()
    try:
        yield
    finally:
        real_time(0)


def _as_usual() -> None:
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
