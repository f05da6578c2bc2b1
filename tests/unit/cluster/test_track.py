"""Phases are tracked, estimates learned, streams merged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from meshlab.cluster.track import Estimates, Track, merged


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


def test_estimates_are_learned_and_survive(tmp_path: Path) -> None:
    assert Estimates(tmp_path).get("join") is None
    Estimates(tmp_path).learn({"join": 10.0})
    assert Estimates(tmp_path).get("join") == 10.0
    Estimates(tmp_path).learn({"join": 20.0})
    assert Estimates(tmp_path).get("join") == 14.0
    (tmp_path / "estimates.json").write_text("broken")
    assert Estimates(tmp_path).get("join") is None
    Estimates(tmp_path / "no" / "such").learn({"join": 1.0})
    Estimates(None).learn({"join": 1.0})


def test_phases_are_tracked(tmp_path: Path) -> None:
    Estimates(tmp_path).learn({"a": 3.0})
    track = Track(["a", "b", "c"], Estimates(tmp_path))
    assert [(event.phase, event.state, event.estimate) for event in track.planned()] == [
        ("a", "planned", 3.0),
        ("b", "planned", None),
        ("c", "planned", None),
    ]
    track.running("a")
    track.running("b")
    track.done("a")
    assert (track.open(), track.left()) == (["b"], ["c"])
    assert track.failed("b", "no").state == "failed"
    track.skipped("c")
    assert (track.open(), track.left()) == ([], [])
