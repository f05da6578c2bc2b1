"""NO_COLOR: no colour at all, and everything that colours tell is told by glyphs, words, frames and weights, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.segment import Segment

from meshlab.tui.app import MeshlabApp
from meshlab.tui.lab.checks import CheckList
from meshlab.tui.theme import CYCLE
from tests.tui.helpers import make_app, screen_text, shows, until
from tests.tui.screens import SCREENS
from tests.tui.scripted import ScriptedRun

SIZE = (120, 34)


@pytest.fixture(autouse=True)
def no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def segments(app: MeshlabApp) -> Iterator[Segment]:
    for strip in app.screen._compositor.render_strips():
        yield from strip


def colours(app: MeshlabApp) -> set[str]:
    styles = [one.style for one in segments(app) if one.style is not None]
    return {colour.name for style in styles for colour in (style.color, style.bgcolor) if colour is not None}


def attributes(app: MeshlabApp, text: str) -> set[str]:
    """How these words are written."""
    styles = [one.style for one in segments(app) if text in one.text and one.style is not None]
    return {name for style in styles for name in ("bold", "strike", "underline", "reverse") if getattr(style, name)}


@pytest.mark.parametrize("name", ["home", "lab", "reset", "predict", "result", "compare", "doctor"])
async def test_there_is_no_colour_in_any_theme(name: str) -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=SIZE) as pilot:
        await SCREENS[name](pilot, app, run)
        for theme in CYCLE:
            app.theme = theme
            await until(pilot, lambda: colours(app) <= {"default"}, theme)


async def test_the_frame_says_where_keys_go_and_a_line_what_is_chosen() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=SIZE) as pilot:
        await SCREENS["lab"](pilot, app, run)
        await shows(pilot, "┏━ 1 ", "╭─ 3 ")
        await pilot.press("3")
        await shows(pilot, "╭─ 1 ", "┏━ 3 ")
        await pilot.press("down")
        await until(pilot, lambda: app.screen.query_one(CheckList).highlighted == 1)
        await until(pilot, lambda: "underline" in attributes(app, "Calls to catalog pass the router"))
        assert "underline" not in attributes(app, "A router runs with the lab")


async def test_states_are_words_and_dimmed_keys_are_struck_out() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=SIZE) as pilot:
        await SCREENS["lab"](pilot, app, run)
        for state in ("✘ Calls to catalog pass the router  red", "– Calls to every service pass the router  blocked"):
            assert state in screen_text(app)
        assert "strike" in attributes(app, " Next ")
        assert "strike" not in attributes(app, " Check ")
