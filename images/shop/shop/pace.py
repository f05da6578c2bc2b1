"""When to send: a closed loop of workers, or an open loop by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Job = Callable[[int], Awaitable[None]]
# An open loop does not wait for answers; this bounds what a dead peer may pile up.
MAX_IN_FLIGHT = 512


async def closed_loop(job: Job, n: int, concurrency: int) -> None:
    """Runs job(0..n-1); each of `concurrency` workers takes the next number when it is done with one."""
    numbers = iter(range(n))

    async def worker() -> None:
        for number in numbers:
            await job(number)

    await asyncio.gather(*(worker() for _ in range(min(concurrency, n))))


async def open_loop(job: Job, n: int, rate: float, skipped: Callable[[int], None] | None = None) -> None:
    """Starts job(i) at i/rate seconds whether or not earlier ones are done.

    Beyond MAX_IN_FLIGHT a number is given to `skipped` and not sent; without `skipped` its start waits.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    slots = asyncio.Semaphore(MAX_IN_FLIGHT)

    async def one(number: int) -> None:
        try:
            await job(number)
        finally:
            slots.release()

    async with asyncio.TaskGroup() as group:
        for number in range(n):
            await asyncio.sleep(max(0.0, begun + number / rate - loop.time()))
            if skipped is not None and slots.locked():
                skipped(number)
                continue
            await slots.acquire()
            group.create_task(one(number))
