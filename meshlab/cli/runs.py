"""Opening the run that a command is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from meshlab.cli.drive import drive
from meshlab.cli.options import Options
from meshlab.run.api import LabRun
from meshlab.settings import choose

T = TypeVar("T")


def open_lab(options: Options, lab: str = "", **how: Any) -> LabRun:
    """The run of the lab named, of --lab, or the current one. UsageError when there is none."""
    from meshlab.run.open import open_run

    usual = choose.context(options.engine)
    run = open_run(lab or options.lab, packs=options.packs, language=options.language, usual_context=usual, **how)
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
