"""No key without a visible hint, no dimmed key without its own sentence: on every screen, whatever has the focus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widget import Widget

from meshlab.tui.app import MeshlabApp
from meshlab.tui.base.help import help_modal
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.translation import tr
from meshlab.tui.widgets.key_footer import KeyFooter
from tests.tui.helpers import make_app, says
from tests.tui.screens import SCREENS
from tests.tui.scripted import ScriptedRun

SIZE = (140, 42)
OURS = [name for name in SCREENS if name != "palette"]
"""The palette is Textual's own, and its line says how to use it."""
UNSEEN = {"help_quit"}
"""Textual's answer to ctrl+c where nothing is marked: it says how to quit."""


def focusable(screen: Screen[object]) -> Iterator[Widget | None]:
    """Everything that keys may go to, and nothing."""
    yield from (one for one in screen.query("*") if one.focusable and one.region.area)
    yield None


def hints(app: MeshlabApp, screen: Screen[object]) -> str:
    """What the footer, the focused pane's frame and the help say of keys."""
    footer = [item.display for footer in screen.query(KeyFooter) for item in footer.items]
    frames = [str(one.border_subtitle or "") for one in screen.query(".pane")]
    content = help_modal(screen).content
    assert content is not None
    return " ".join([*footer, *frames, content.plain])


def unhinted(app: MeshlabApp, screen: Screen[object]) -> list[str]:
    shown = f" {hints(app, screen)} ".replace("\n", " ")
    active = [one for one in screen.active_bindings.values() if one.binding.action not in UNSEEN]
    return [one.binding.key for one in active if f" {app.get_key_display(one.binding)} " not in shown]


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("name", OURS)
async def test_no_key_without_a_visible_hint(name: str) -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=SIZE) as pilot:
        await SCREENS[name](pilot, app, run)
        await pilot.pause()
        screen = app.screen
        looked = 0
        for widget in list(focusable(screen)):
            screen.set_focus(widget)
            await pilot.pause()
            assert unhinted(app, screen) == [], widget
            looked += 1
        assert looked > 1 or name == "reset"


DIMMED = {"lab": 3, "preparing": 1, "predict": 1, "experiment": 2, "result": 1}
"""How many keys have nothing to do there, at least."""


def dimmed(screen: Screen[object]) -> list[ActiveBinding]:
    return [one for one in screen.active_bindings.values() if not one.enabled]


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("name", OURS)
async def test_every_dimmed_key_says_why_in_its_own_words(name: str) -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=SIZE) as pilot:
        await SCREENS[name](pilot, app, run)
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, MeshScreen)
        found = dimmed(screen)
        for active in found:
            sentence = screen.why_disabled(active.binding.action)
            assert sentence != tr(screen, "why.later"), active.binding
            app.clear_notifications()
            await pilot.press(active.binding.key)
            await says(pilot, sentence)
    assert len(found) >= DIMMED.get(name, 0)
