"""Cleaning up that cancelling cannot interrupt."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await work to its end even when this task is cancelled meanwhile, once or often; then be cancelled."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError


async def stop(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Cancel those that are still at work; what the others raised is for whoever awaited them."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def together(*works: Coroutine[Any, Any, Any]) -> None:
    """Do them side by side. The first error, or being cancelled, ends the others, awaits their end, and is raised bare."""
    tasks = [asyncio.ensure_future(work) for work in works]
    if not tasks:
        return
    try:
        # Not `gather`: cancelled, it would raise what one of them says while it is being ended.
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        await to_the_end(stop(tasks))
