"""Streams side by side, and cleaning up that nothing interrupts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.track import merged


async def numbers(*items: int) -> AsyncGenerator[int, None]:
    for item in items:
        await asyncio.sleep(0)
        yield item


async def test_items_of_all_sources_come() -> None:
    assert sorted([item async for item in merged(numbers(1, 2), numbers(3))]) == [1, 2, 3]


class Endless:
    """A source that tells when it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def items(self) -> AsyncGenerator[int, None]:
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            self.closed = True


async def failing() -> AsyncGenerator[int, None]:
    yield 1
    raise ValueError("no")


async def test_the_first_error_ends_all() -> None:
    endless = Endless()
    with pytest.raises(ValueError, match="no"):
        async for _ in merged(endless.items(), failing()):
            pass
    assert endless.closed


async def test_closing_ends_all() -> None:
    endless = Endless()
    async with aclosing(merged(endless.items())) as items:
        assert await anext(items) == 0
    assert endless.closed


async def test_cleaning_up_survives_every_cancellation() -> None:
    go, done = asyncio.Event(), []

    async def clean() -> None:
        await go.wait()
        done.append(True)

    task = asyncio.create_task(to_the_end(clean()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]


async def test_an_error_while_cleaning_up_is_raised() -> None:
    async def clean() -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await to_the_end(clean())
