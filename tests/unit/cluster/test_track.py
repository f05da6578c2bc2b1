"""Phases told, timed and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import EngineError


def test_estimates_are_learned_and_survive(tmp_path: Path) -> None:
    assert Estimates(tmp_path).get("join") is None
    Estimates(tmp_path).learn({"join": 10.0})
    assert Estimates(tmp_path).get("join") == 10.0
    Estimates(tmp_path).learn({"join": 20.0})
    assert Estimates(tmp_path).get("join") == 14.0
    assert [file.name for file in tmp_path.iterdir()] == ["estimates.json"]
    (tmp_path / "estimates.json").write_text("broken")
    assert Estimates(tmp_path).get("join") is None


def test_estimates_that_cannot_be_kept_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Estimates(tmp_path / "file" / "below").learn({"join": 1.0})
    Estimates(None).learn({"join": 1.0})
    Estimates(tmp_path / "no" / "such").learn({"join": 1.0})
    assert Estimates(tmp_path / "no" / "such").get("join") == 1.0


def test_phases_are_told_in_their_order(tmp_path: Path) -> None:
    Estimates(tmp_path).learn({"a": 3.0})
    events: list[Progress] = []
    track = Track(events.append, Estimates(tmp_path))
    track.plan(["a", "b", "c"])
    assert events == [
        Progress(phase="a", state="planned", estimate=3.0),
        Progress(phase="b", state="planned"),
        Progress(phase="c", state="planned"),
    ]
    del events[:]
    track.running("a", total=2)
    track.running("b")
    track.done("a", done=2, total=2)
    assert (track.open(), track.left()) == (["b"], ["c"])
    track.note("b", "a line")
    track.failed("b", "no")
    track.skipped("c", "all there")
    assert (track.open(), track.left()) == ([], [])
    assert [(event.phase, event.state, event.detail) for event in events] == [
        ("a", "running", ""),
        ("b", "running", ""),
        ("a", "done", ""),
        ("b", "note", "a line"),
        ("b", "failed", "no"),
        ("c", "skipped", "all there"),
    ]
    assert (events[0].estimate, events[2].done, events[2].total) == (3.0, 2, 2)


def test_a_phase_ends_as_its_work_does() -> None:
    events: list[Progress] = []
    track = Track(events.append)
    with track.phase("a"):
        pass
    with pytest.raises(EngineError), track.phase("b"):
        raise EngineError("other", sentence="The engine is gone.", hint="")
    with pytest.raises(ValueError, match="bug"), track.phase("c"):
        raise ValueError("bug")
    assert [(event.phase, event.state, event.detail) for event in events] == [
        ("a", "running", ""),
        ("a", "done", ""),
        ("b", "running", ""),
        ("b", "failed", "The engine is gone."),
        ("c", "running", ""),
    ]


def test_a_part_tells_the_same_listener_but_not_its_plan(tmp_path: Path) -> None:
    events: list[Progress] = []
    track = Track(events.append, Estimates(tmp_path))
    track.plan(["a", "b"])
    inner = track.inner()
    inner.plan(["b", "b-more"])
    with inner.phase("b"):
        assert inner.left() == ["b-more"]
    inner.learn()
    assert [(event.phase, event.state) for event in events] == [
        ("a", "planned"),
        ("b", "planned"),
        ("b", "running"),
        ("b", "done"),
    ]
    assert track.left() == ["a", "b"]
    assert Estimates(tmp_path).get("b") is not None


def test_what_follows_within_may_announce_a_way_of_its_own() -> None:
    events: list[Progress] = []
    track = Track(events.append)
    track.plan(["a"])
    track.anew().plan(["b"])
    assert [(event.phase, event.state) for event in events] == [("a", "planned"), ("b", "planned")]
    assert track.left() == ["a"]
