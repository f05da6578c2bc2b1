"""A test that hangs says where it hangs, and fails: a hang tells nobody anything, and the whole run is lost with it."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

LIMIT = 1500.0
"""Seconds; no test takes half as long."""


class HangError(AssertionError):
    """The test was given up."""


@contextmanager
def watched(seconds: float = LIMIT) -> Iterator[None]:
    """Raise HangError in the body after so long, and print where it stands and what its tasks wait for."""

    def bark(_number: int, frame: FrameType | None) -> None:
        told = f"\nnothing came to an end for {seconds:g} seconds:\n" + "".join(traceback.format_stack(frame)) + tasks()
        print(told, file=sys.stderr, flush=True)
        raise HangError(f"gave up after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def tasks() -> str:
    """What asyncio waits for in this thread: each task, and where the innermost of what it awaits stands."""
    try:
        return "\n".join(f"{task!r}\n{inside(task.get_coro())}" for task in asyncio.all_tasks())
    except RuntimeError:
        return "no loop runs"


def inside(coroutine: Any) -> str:
    """Line by line, from the outermost frame to the innermost."""
    found = []
    while (frame := getattr(coroutine, "cr_frame", None) or getattr(coroutine, "ag_frame", None)) is not None:
        found.append(f"    {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}")
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "ag_await", None)
    return "\n".join([*found, f"    {coroutine!r}"])
