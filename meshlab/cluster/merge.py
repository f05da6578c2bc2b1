"""Several streams of progress as one, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, TypeVar

from meshlab.cluster.cleanup import stop, to_the_end

T = TypeVar("T")


class _End(Generic[T]):
    """A source has ended, by this error or well."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


async def merged(*sources: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Items of all sources as they come. The first error ends all of them and is raised."""
    queue: asyncio.Queue[T | _End[T]] = asyncio.Queue()

    async def pump(source: AsyncGenerator[T, None]) -> None:
        try:
            async with aclosing(source):
                async for item in source:
                    queue.put_nowait(item)
        except Exception as error:
            queue.put_nowait(_End(error))
        else:
            queue.put_nowait(_End())

    tasks = [asyncio.ensure_future(pump(source)) for source in sources]
    left = len(tasks)
    try:
        while left:
            item = await queue.get()
            if not isinstance(item, _End):
                yield item
                continue
            if item.error is not None:
                raise item.error
            left -= 1
    finally:
        await to_the_end(stop(tasks))
