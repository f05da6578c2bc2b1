"""At most so many looks at once, and some of them alone."""

from __future__ import annotations

import asyncio

from meshlab.check.engine import LookLimit


async def test_one_that_waited_to_be_alone_and_gave_up_lets_the_others_go() -> None:
    limit, release = LookLimit(), asyncio.Event()

    async def stay(kind: str) -> None:
        async with limit.enter(kind):
            await release.wait()

    first = asyncio.create_task(stay("path"))
    await asyncio.sleep(0)
    alone = asyncio.create_task(stay("latency"))
    await asyncio.sleep(0)
    behind = asyncio.create_task(stay("path"))
    await asyncio.sleep(0)
    alone.cancel()
    release.set()
    await asyncio.wait_for(asyncio.gather(first, behind), 5)
    assert alone.cancelled()
