"""Running a coroutine from a command: Ctrl-C and SIGTERM cancel it, so that it cleans up, and end with 130."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; KeyboardInterrupt when a signal cancelled it, after its own cleaning up."""
    return asyncio.run(_with_signals(work))


async def _with_signals(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    interrupted = False

    def cancel() -> None:
        nonlocal interrupted
        interrupted = True
        task.cancel()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(name, cancel)
    try:
        return await task
    except asyncio.CancelledError:
        if interrupted:
            raise KeyboardInterrupt from None
        raise


@asynccontextmanager
async def following(source: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """The source for an `async for`, closed however the body ends: its cleaning up must not wait for the collector."""
    try:
        yield source
    finally:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()
