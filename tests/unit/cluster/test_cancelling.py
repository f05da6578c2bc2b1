"""Cleaning up goes to its end whatever is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from meshlab.cluster.cancelling import to_the_end


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
