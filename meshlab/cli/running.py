"""Running a coroutine from a command: Ctrl-C and SIGTERM cancel it, so that it cleans up, and end with 130."""

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
    """The run of the lab named, of --lab, or the current one. UsageError when there is none.

    record: a folder for what checks see. how: fields of RunRequest.
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
    """Open the run, do the work, give back every connection."""

    async def whole() -> T:
        run = open_lab(options, lab, **how)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(run.close)
            return await work(run)

    return drive(whole())


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
