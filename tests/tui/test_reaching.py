"""What works on every screen: filter, jump, zoom, copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from meshlab.tui.app import MeshlabApp
from meshlab.tui.base.filtering import FilterBar
from meshlab.tui.base.jump import JumpLetter
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.lab.checks import CheckList
from meshlab.tui.road.list import RoadList
from tests.tui.helpers import FakeShell, make_app, on, says, screen_text, shows, until
from tests.tui.screens import SCREENS
from tests.tui.scripted import ScriptedRun

WIDE = (120, 34)


async def there(name: str, pilot: Pilot[Any], run: ScriptedRun) -> MeshScreen[Any]:
    """On one of the screens that are also drawn as pictures."""
    run.red()
    await SCREENS[name](pilot, cast("MeshlabApp", pilot.app), run)
    await pilot.pause()
    assert isinstance(pilot.app.screen, MeshScreen)
    return pilot.app.screen


def started(name: str, size: tuple[int, int] = WIDE) -> tuple[MeshlabApp, ScriptedRun, Any]:
    run = ScriptedRun()
    app = make_app(run)
    return app, run, app.run_test(size=size)


# --- filter --- #


async def test_the_road_is_filtered_and_enter_opens_what_is_left() -> None:
    app, run, test = started("home")
    async with test as pilot:
        screen = await there("home", pilot, run)
        await pilot.press("slash", *"EDGE")
        road = screen.query_one(RoadList)
        await until(pilot, lambda: [option.id for option in road.options] == [road.every[1].id])
        await shows(pilot, "1 of 9", "Edge proxy")
        assert "Client library" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: road.has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "LabScreen"))


async def test_escape_first_shows_all_again() -> None:
    app, run, test = started("compare")
    async with test as pilot:
        screen = await there("compare", pilot, run)
        before = screen_text(app)
        await pilot.press("slash", *"timeout")
        await until(pilot, lambda: screen.query_one("#wanted").value == "timeout")  # type: ignore[attr-defined]
        await pilot.press("enter", "escape")
        await until(pilot, lambda: not screen.query(FilterBar))
        await until(pilot, lambda: screen_text(app) == before)
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "HomeScreen"))


async def test_letters_are_written_into_the_line() -> None:
    app, run, test = started("lab")
    async with test as pilot:
        screen = await there("lab", pilot, run)
        await pilot.press("3", "slash", *"q c h l")
        await until(pilot, lambda: screen.query_one("#wanted").value == "q c h l")  # type: ignore[attr-defined]
        assert on(app, "LabScreen")
        assert "check" not in run.calls
        await shows(pilot, "1 of 4")


async def test_checks_are_filtered_and_stay_so_when_they_change() -> None:
    app, run, test = started("lab")
    async with test as pilot:
        screen = await there("lab", pilot, run)
        checks = screen.query_one(CheckList)
        await pilot.press("3", "slash", *"nor any", "enter")
        await until(pilot, lambda: [option.id for option in checks.options] == ["check:catalog-routed"])
        await pilot.press("c")
        await until(pilot, lambda: "check" in run.calls)
        await pilot.pause()
        assert len(checks.options) == 1
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "ReadModal"))


@pytest.mark.parametrize(
    ("name", "wanted", "left", "gone"),
    [
        ("evidence", "via", '"via": null', '"service"'),
        ("help", "zoom", "Zoom", "Hint"),
        ("compare", "timeout", "timeout", "proxies"),
    ],
)
async def test_texts_are_filtered_by_lines(name: str, wanted: str, left: str, gone: str) -> None:
    app, run, test = started(name, (140, 42))
    async with test as pilot:
        screen = await there(name, pilot, run)

        def text() -> str:
            return str(next(iter(screen.query("FilteredText, StageTable"))).render())

        assert gone in text()
        await pilot.press("slash", *wanted)
        await until(pilot, lambda: gone not in text())
        assert left in text()
        await pilot.press("escape")
        await until(pilot, lambda: gone in text() and on(app, type(screen).__name__))


# --- jump --- #


async def test_a_letter_leads_to_its_pane() -> None:
    app, run, test = started("lab")
    async with test as pilot:
        screen = await there("lab", pilot, run)
        await pilot.press("g")
        await until(pilot, lambda: on(app, "JumpScreen"))
        letters = list(app.screen.query(JumpLetter))
        assert [letter.target.id for letter in letters] == ["guide", "map", "checks", "shell"]
        assert [letter.region.offset for letter in letters] == [
            letter.target.region.translate((1, 0)).offset for letter in letters
        ]
        await pilot.press(letters[2].letter)
        await until(pilot, lambda: app.screen is screen and screen.query_one(CheckList).has_focus)


async def test_a_click_on_a_letter_does_the_same_and_escape_stays() -> None:
    app, run, test = started("lab")
    async with test as pilot:
        screen = await there("lab", pilot, run)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: on(app, "JumpScreen"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen and screen.query_one("#guide").has_focus)
        await pilot.press("g")
        await until(pilot, lambda: on(app, "JumpScreen"))
        await pilot.click(list(app.screen.query(JumpLetter))[3])
        await until(pilot, lambda: app.screen is screen and screen.query_one(FakeShell).has_focus)


async def test_where_it_is_narrow_letters_are_on_the_tabs_too() -> None:
    app, run, test = started("lab", (80, 24))
    async with test as pilot:
        screen = await there("lab", pilot, run)
        await pilot.press("g")
        await until(pilot, lambda: on(app, "JumpScreen"))
        letter = next(one for one in app.screen.query(JumpLetter) if one.target.id == "tab-checks")
        await pilot.press(letter.letter)
        await until(pilot, lambda: app.screen is screen and screen.query_one(CheckList).has_focus)


async def test_letters_go_away_when_panes_move() -> None:
    app, run, test = started("lab")
    async with test as pilot:
        screen = await there("lab", pilot, run)
        await pilot.press("g")
        await until(pilot, lambda: on(app, "JumpScreen"))
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen is screen)


# --- zoom --- #


@pytest.mark.parametrize("name", ["home", "preparing", "predict", "compare"])
async def test_the_focused_pane_alone_and_all_of_them_again(name: str) -> None:
    app, run, test = started(name)
    async with test as pilot:
        screen = await there(name, pilot, run)
        pane = cast("Widget", screen.focused_pane())
        others = [one for one in screen.query(".pane") if one is not pane and one.region.area]
        assert others
        await pilot.press("plus")
        await until(pilot, lambda: pane.region.size == (WIDE[0], WIDE[1] - 2))
        assert not any(one.region.area for one in others)
        await pilot.press("escape")
        await until(pilot, lambda: all(one.region.area for one in others))
        assert app.screen is screen


# --- copy --- #


@pytest.mark.parametrize(
    ("name", "before", "copied"),
    [
        ("lab", (), lambda text: text.startswith("# Put the router in front")),
        ("lab", ("tab",), lambda text: text == "kubectl -n shop apply -f solve/router/20-direct.yaml"),
        ("lab", ("3", "down"), lambda text: "path.no-proxy" in text and "Access log of the router" in text),
        ("lab", ("2",), lambda text: "catalog" in text and "╭" in text),
        ("lab", ("5",), lambda text: "✔ 2/2" in text and "pricing" in text),
        ("evidence", (), lambda text: "Access log of the router" in text),
        ("trace", (), lambda text: "catalog" in text),
        ("compare", (), lambda text: "Stage 2" in text),
        ("doctor", (), lambda text: "Start Docker" in text),
        ("preparing", ("l",), lambda text: "load-images" in text),
        ("home", (), lambda text: "Router mesh" in text),
    ],
)
async def test_what_has_the_focus_is_copied(name: str, before: tuple[str, ...], copied: Callable[[str], bool]) -> None:
    app, run, test = started(name, (140, 42))
    async with test as pilot:
        await there(name, pilot, run)
        await pilot.press(*before)
        await pilot.pause()
        await pilot.press("y")
        await says(pilot, "Copied: ")
        assert copied(app.clipboard), app.clipboard


async def test_the_path_of_the_kubeconfig_is_copied() -> None:
    app, run, test = started("lab")
    async with test as pilot:
        await there("lab", pilot, run)
        await pilot.press("Y")
        await says(pilot, "Copied: ")
        assert app.clipboard == run.environment()["KUBECONFIG"]


async def test_what_the_mouse_marks_is_copied() -> None:
    app, run, test = started("doctor")
    async with test as pilot:
        screen = await there("doctor", pilot, run)
        text = screen.query_one("#verdict")
        await pilot.mouse_down(text, offset=(4, 1))
        await pilot.hover(text, offset=(22, 1))
        await pilot.mouse_up(text, offset=(22, 1))
        await until(pilot, lambda: screen.get_selected_text())
        marked = screen.get_selected_text()
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.clipboard == marked)
        assert "lab cannot" in app.clipboard
