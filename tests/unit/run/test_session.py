"""What an operation tells, as a stream: its errors, and its end when nobody listens any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from meshlab.errors import ClusterError
from meshlab.run.session import streamed
from tests.unit.run.small_run import small_run

Tell = Callable[[int], None]


async def test_what_is_told_comes_in_its_order_and_the_error_at_the_end() -> None:
    async def operation(tell: Tell) -> None:
        tell(1)
        await asyncio.sleep(0)
        tell(2)
        tell(3)
        raise ClusterError("other", sentence="It is gone.", hint="")

    source = streamed(operation)
    assert [await anext(source) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ClusterError, match="It is gone"):
        await anext(source)


async def test_an_operation_that_tells_nothing_ends_the_stream() -> None:
    async def operation(tell: Tell) -> str:
        return "a result"

    assert [number async for number in streamed(operation)] == []


async def test_nothing_begins_before_it_is_asked_for() -> None:
    begun = []

    async def operation(tell: Tell) -> None:
        begun.append(True)

    await streamed(operation).aclose()
    assert begun == []


@pytest.mark.parametrize("how", ["closed", "cancelled", "cancelled twice", "failed"])
async def test_leaving_it_cancels_the_operation_and_waits_for_its_cleaning_up(how: str) -> None:
    cleaned, cleaning = [], asyncio.Event()

    async def operation(tell: Tell) -> None:
        try:
            tell(1)
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            await asyncio.sleep(0.01)
            cleaned.append(True)

    async def follow() -> None:
        async with aclosing(streamed(operation)) as told:
            async for _ in told:
                if how == "closed":
                    return
                if how == "failed":
                    raise ClusterError("other", sentence="The screen is gone.", hint="")

    task = asyncio.create_task(follow())
    if how.startswith("cancelled"):
        await asyncio.sleep(0.01)
        task.cancel()
    if how == "cancelled twice":
        await cleaning.wait()
        task.cancel()
    if how == "closed":
        await task
    else:
        with pytest.raises((asyncio.CancelledError, ClusterError)):
            await task
    assert cleaned == [True]
    assert [one for one in asyncio.all_tasks() if not one.done()] == [asyncio.current_task()]


async def test_an_error_of_the_cleaning_up_is_raised() -> None:
    async def operation(tell: Tell) -> None:
        try:
            tell(1)
            await asyncio.Event().wait()
        finally:
            raise ClusterError("other", sentence="The fault could not be undone.", hint="")

    source = streamed(operation)
    assert await anext(source) == 1
    with pytest.raises(ClusterError, match="could not be undone"):
        await source.aclose()


async def test_the_lock_of_a_run_is_of_the_operation_and_of_what_it_is_made_of(tmp_path: Path) -> None:
    run = small_run(tmp_path)

    async def part(tell: Tell) -> None:
        with run.lock("solve"):
            tell(2)

    async def operation(tell: Tell) -> None:
        with run.lock("goto"):
            tell(1)
            await part(tell)

    assert [number async for number in streamed(operation)] == [1, 2]
    with run.lock("check"):
        pass
