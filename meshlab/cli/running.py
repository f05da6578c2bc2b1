"""Runs a coroutine for a command. Ctrl-C and SIGTERM cancel it, so that it can clean up; the exit code is then 130."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

from meshlab.cli.options import Options
from meshlab.run.api import LabRun
from meshlab.settings import choose

T = TypeVar("T")


def open_lab(options: Options, lab: str = "", record: Path | None = None, **how: Any) -> LabRun:
    """Open the run of `lab`, of --lab, or of the current lab. UsageError if there is none.

    record: a folder to which evidence of the checks is saved. how: fields of RunRequest.
    """
    from meshlab.run.catalog import RunRequest, open_run

    usual = choose.context(options.engine)
    request = RunRequest(
        lab=lab or options.lab, packs=tuple(options.packs), language=options.language, default_context=usual, **how
    )
    run = open_run(request, record)
    if options.record is None:
        return run
    from meshlab.run.recordings.opened import recorded

    return recorded(run, options.record)


def with_run(options: Options, work: Callable[[LabRun], Awaitable[T]], lab: str = "", **how: Any) -> T:
    """Open the run, do the work, and close every connection."""

    async def whole() -> T:
        run = open_lab(options, lab, **how)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(run.close)
            return await work(run)

    return drive(whole())


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine to its end. KeyboardInterrupt if a signal cancelled it, once it has cleaned up."""
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
