"""A test that hangs is given up, and what is printed says where it hung."""

from __future__ import annotations

import asyncio

import pytest

from tests.cluster.watchdog import HangError, watched


async def waits_for_nothing() -> None:
    await asyncio.Event().wait()


def test_a_hang_is_given_up_and_located(capsys: pytest.CaptureFixture[str]) -> None:
    async def body() -> None:
        await asyncio.gather(asyncio.ensure_future(waits_for_nothing()))

    with pytest.raises(HangError), watched(0.2):
        asyncio.run(body())
    told = capsys.readouterr().err
    assert " waits_for_nothing" in told
    assert "locks.py" in told


def test_what_ends_in_time_is_left_alone() -> None:
    with watched(0.2):
        assert asyncio.run(asyncio.sleep(0, "done")) == "done"
