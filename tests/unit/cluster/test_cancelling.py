"""Work side by side, and cleaning up that nothing interrupts."""

from __future__ import annotations

import asyncio

import pytest

from meshlab.cluster.cancelling import to_the_end, together
from meshlab.errors import EngineError


class Endless:
    """Work that tells when it has been ended, after a while."""

    def __init__(self, error: Exception | None = None) -> None:
        self.began = asyncio.Event()
        self.ended = False
        self._error = error

    async def work(self) -> None:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            self.ended = True
            if self._error is not None:
                raise self._error


async def failing() -> None:
    await asyncio.sleep(0)
    raise EngineError("other", sentence="no", hint="")


async def test_all_of_it_is_done() -> None:
    done: list[int] = []

    async def add(number: int) -> None:
        await asyncio.sleep(0.01 / number)
        done.append(number)

    await together(add(1), add(2))
    assert sorted(done) == [1, 2]


async def test_nothing_is_done_at_once() -> None:
    await together()


async def test_the_first_error_ends_all_and_comes_bare() -> None:
    endless = Endless()
    with pytest.raises(EngineError, match="no"):
        await together(endless.work(), failing())
    assert endless.ended


async def test_being_cancelled_ends_all() -> None:
    some = [Endless(), Endless()]
    task = asyncio.create_task(together(*(one.work() for one in some)))
    for one in some:
        await one.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(one.ended for one in some)


async def test_what_fails_while_it_is_ended_does_not_hide_why() -> None:
    endless = Endless(OSError("disk"))
    with pytest.raises(EngineError, match="no"):
        await together(endless.work(), failing())
    other = Endless(OSError("disk"))
    task = asyncio.create_task(together(other.work()))
    await other.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert other.ended


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
