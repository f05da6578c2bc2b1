"""The road: what is on it, where the learner goes on, and how each stop is drawn."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from meshlab.report.matrix_text import width
from meshlab.run.api import LabSummary
from meshlab.tui.lab.topology.model import plain
from meshlab.tui.road.pictures import DRAWINGS
from meshlab.tui.road.road import STAGES, road, total, where_to_go
from meshlab.tui.road.rows import Bend, Speak, hours, lines_a_stop, stop_rows
from meshlab.words import say


def summary(name: str, stage: str, state: str = "not-started") -> LabSummary:
    return LabSummary(id=name, stage=stage, title=name, state=state)  # type: ignore[arg-type]


def test_every_stage_is_on_the_road() -> None:
    stops = road([summary("five-a", "5a"), summary("five-b", "5b"), summary("other", "x")])
    assert [stop.stage for stop in stops if stop.first] == [*STAGES, "x"]
    assert [stop.lab.id for stop in stops if stop.lab and stop.stage == "5"] == ["five-a", "five-b"]
    assert set(DRAWINGS) == set(STAGES)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("passed", "in-progress", "not-started"), "b"),
        (("passed", "passed", "not-started"), "c"),
        (("passed", "passed", "passed"), "a"),
        (("not-started", "not-started", "degraded"), "c"),
    ],
)
def test_enter_continues_where_the_learner_is(states: tuple[str, str, str], expected: str) -> None:
    stops = road([summary(name, str(stage), state) for stage, (name, state) in enumerate(zip("abc", states, strict=True))])
    stop = stops[where_to_go(stops)]
    assert stop.lab is not None
    assert stop.lab.id == expected


def test_of_two_labs_that_are_begun_the_one_started_last_is_gone_on_with() -> None:
    labs = [summary("a", "1", "in-progress"), replace(summary("b", "2", "degraded"), current=True), summary("c", "3")]
    stops = road(labs)
    assert stops[where_to_go(stops)].id == "lab:b"
    stops = road([labs[0], replace(labs[1], state="passed"), labs[2]])
    assert stops[where_to_go(stops)].id == "lab:a"


def test_without_labs_there_is_still_a_road() -> None:
    assert where_to_go(road([])) == 0
    assert total(road([])).steps == 0


def speak(language: str) -> Speak:
    return lambda key, **parameters: say(f"tui.{key}", language, **parameters)


ROAD = [
    replace(summary("Client library", "0", "passed"), steps=5, steps_done=5, minutes=75, proof="proven"),
    replace(summary("edge", "1", "in-progress"), steps=8, steps_done=3, minutes=90, minutes_left=61, proof="stale"),
    replace(summary("five-a", "5a"), steps=12, minutes=400),
    replace(summary("a very long title of a lab on the same stage " * 3, "5b"), steps=4, minutes=30),
    replace(summary("bad", "x"), broken="lab.yaml:3: no such key"),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("space", [46, 64, 74])
def test_every_stop_keeps_to_its_lines_and_its_width(space: int, lines: int, language: str) -> None:
    stops = road(ROAD)
    for index, stop in enumerate(stops):
        bend = Bend(here=index == 1, first=index == 0, last=index == len(stops) - 1)
        rows = stop_rows(stop, bend, lines, space, speak(language))
        assert len(rows) == (min(lines, 2) if bend.last else lines)
        assert all(width(plain([row])) <= space for row in rows), plain(rows)


def test_a_stop_says_in_words_how_far_it_is_and_whether_it_is_proven() -> None:
    stops = road(ROAD)
    shown = [plain(stop_rows(stop, Bend(here=stop is stops[1]), 2, 64, speak("en"))) for stop in stops]
    assert [part in shown[0] for part in ("✔", "5/5", "done", "✔ proven")] == [True] * 4
    assert [part in shown[1] for part in ("▶", "◉", "you are here", "3/8", "61 min left", "! stale proof")] == [True] * 6
    assert "still to come" in shown[2]
    assert [part in shown[5] for part in ("five-a", "0/12", "400 min", "not proven")] == [True] * 4
    assert "no such key" in shown[-1]


def test_the_whole_road_is_in_sight_where_it_fits() -> None:
    assert [lines_a_stop(9, height) for height in (36, 26, 25, 18, 17, 9)] == [3, 3, 2, 2, 1, 1]


def test_the_total_counts_labs_that_are_there() -> None:
    found = total(road(ROAD))
    assert (found.labs, found.labs_done, found.steps, found.steps_done) == (4, 1, 29, 8)
    assert found.minutes_left == 61 + 400 + 30
    assert hours(found.minutes_left, speak("en")) == "8 h 11 min"
