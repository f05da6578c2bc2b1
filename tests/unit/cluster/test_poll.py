"""Waiting names what it waited for, and gives up at its deadline."""

from __future__ import annotations

import asyncio
import time

import pytest

from meshlab.cluster.poll import Left, patient, until
from meshlab.errors import ClusterError, EngineError, PreparationTimeout


async def test_it_ends_when_nothing_is_left() -> None:
    left = ["two", "one", ""]

    async def look() -> Left:
        return left.pop(0)

    assert await until(look, 5, what="Counting", interval=0.01) < 5
    assert left == []


async def never() -> Left:
    return "the end"


async def test_the_error_names_what_was_waited_for_last() -> None:
    with pytest.raises(PreparationTimeout, match=r"Counting did not finish within 0\.01 seconds: the end\."):
        await until(never, 0.01, what="Counting")


async def test_whoever_waits_may_have_an_error_of_their_own() -> None:
    with pytest.raises(EngineError, match="not before the end"):
        await until(never, 0.01, late=lambda left: EngineError("other", sentence=f"not before {left}", hint=""))


async def test_an_error_of_the_cluster_ends_a_wait_that_is_not_patient() -> None:
    async def look() -> Left:
        raise ClusterError("other", sentence="refused.", hint="")

    with pytest.raises(ClusterError):
        await until(look, 5, what="The start")
    with pytest.raises(PreparationTimeout, match=r": refused\.$"):
        await until(patient(look, 0.01), 0.01, what="The start")


async def test_a_look_that_hangs_is_cut_off_at_the_deadline() -> None:
    async def look() -> Left:
        await asyncio.sleep(60)
        return None

    start = time.monotonic()
    with pytest.raises(PreparationTimeout, match="does not answer in time"):
        await until(patient(look, 0.01), 0.01, what="The start")
    assert time.monotonic() - start < 30
