"""Preparing, as a learner sees it: how long, what is done, what to read, and what cancelling removes."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot

from meshlab.errors import EngineError
from meshlab.run.api import Language
from meshlab.tui.preparing.screen import PreparingScreen
from tests.tui.helpers import make_app, on, says, screen_text, shows, until
from tests.tui.scripted import ScriptedRun
from tests.tui.scripted_samples import PHASES

WIDE = (120, 34)


async def begin(pilot: Pilot[Any], run: ScriptedRun) -> PreparingScreen:
    """A preparation that stands at the images."""
    run.gate.clear()
    await until(pilot, lambda: pilot.app.screen.stops)  # type: ignore[attr-defined]
    await pilot.press("enter")
    await shows(pilot, "0:07")
    assert isinstance(pilot.app.screen, PreparingScreen)
    return pilot.app.screen


async def test_the_log_is_shown_while_preparing_and_cancel_cleans_up() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await begin(pilot, run)
        await shows(pilot, "Load images into nodes", "of ~0:09", "left", "One router stands behind every Service")
        await pilot.press("l")
        await shows(pilot, "load-images: [1/2]")
        await pilot.press("escape")
        await shows(pilot, "The new cluster meshlab-2-router-mesh is removed", "Your progress stays")
        await pilot.press("n")
        await until(pilot, lambda: on(app, "PreparingScreen"))
        assert not run.cleaned
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("y")
        await until(pilot, lambda: run.cleaned and on(app, "HomeScreen"))
        await says(pilot, "Cancelled and cleaned up")


async def test_a_cluster_that_was_there_is_said_to_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PHASES, "create-nodes")
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await begin(pilot, run)
        await pilot.press("escape")
        await shows(pilot, "was there before and stays")


async def test_a_clean_up_that_fails_is_not_called_clean() -> None:
    run = ScriptedRun()
    run.clean_up_error = EngineError("other", sentence="The node could not be removed.", hint="")
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await begin(pilot, run)
        await pilot.press("escape", "y")
        await says(pilot, "cleaning up did not come to its end")
        await until(pilot, lambda: on(app, "HomeScreen"))


@pytest.mark.parametrize(
    ("language", "phase", "intro"), [("en", "Join workers", "What it is"), ("zh", "加入工作节点", "它是什么")]
)
async def test_where_it_is_narrow_one_key_turns_between_phases_and_introduction(
    language: Language, phase: str, intro: str
) -> None:
    run = ScriptedRun()
    app = make_app(run, language=language)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot, run)
        await shows(pilot, phase)
        assert intro not in screen_text(app)
        await pilot.press("i")
        await shows(pilot, intro)
        assert phase not in screen_text(app)
        await pilot.press("i")
        await shows(pilot, phase)
        await pilot.press("l")
        await shows(pilot, "load-images: [1/2]")
        await pilot.press("l")
        await shows(pilot, phase)


async def test_the_introduction_scrolls_while_the_phases_go_on() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        screen = await begin(pilot, run)
        intro = screen.query_one("#intro")
        await until(pilot, lambda: intro.max_scroll_y > 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: intro.scroll_y > 0)
        await shows(pilot, "Why not the application?")


def has_focus(screen: PreparingScreen, name: str) -> bool:
    return screen.focused is not None and screen.focused.id == name


async def test_only_the_page_in_sight_takes_keys() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        screen = await begin(pilot, run)
        for page, hidden in (("log", "intro"), ("intro", "log")):
            await pilot.press("l")
            await until(pilot, partial(has_focus, screen, page))
            assert hidden not in {one.id for one in (*screen.focus_chain, *screen.targets())}
            assert page in {one.id for one in screen.targets()}


async def test_the_log_stays_in_sight_while_the_terminal_changes() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await begin(pilot, run)
        await pilot.press("l")
        for size in ((80, 24), (140, 42), (100, 20), WIDE):
            await pilot.resize_terminal(*size)
            await shows(pilot, "load-images: [1/2]")
            assert "What it is" not in screen_text(app)


async def test_a_terminal_that_grows_shows_both_again() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot, run)
        await pilot.press("i")
        await pilot.resize_terminal(*WIDE)
        await shows(pilot, "Join workers", "What it is")


async def test_without_earlier_runs_no_time_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PHASES:
        monkeypatch.setitem(PHASES, name, None)
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        run.gate.clear()
        await until(pilot, lambda: app.screen.stops)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await shows(pilot, "first time on this machine")
        assert "~" not in screen_text(app)
