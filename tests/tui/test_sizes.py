"""Every screen in Chinese through large, usual, tiny and back: rows as wide as the terminal, frames in line, the focus seen."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

import pytest
from rich.cells import cell_len
from textual.widget import Widget

from meshlab.tui.app import MeshlabApp
from tests.tui.helpers import make_app, until
from tests.tui.screens import SCREENS
from tests.tui.scripted import ScriptedRun

SIZES = ((140, 42), (80, 24), (60, 20), (120, 34))
LEFT, RIGHT = "│╭╰┃┏┗", "│╮╯┃┓┛"
ZERO = "\u200b\u200d\ufe0f"


def rows(app: MeshlabApp) -> list[list[str]]:
    """What is on the screen, cell by cell; the second cell of a wide character is empty."""
    found = []
    for strip in app.screen._compositor.render_strips():
        cells: list[str] = []
        for character in strip.text:
            cells += [character, *[""] * (cell_len(character) - 1)]
        found.append(cells)
    return found


def columns(character: str) -> int:
    """As terminals count them."""
    return 2 if east_asian_width(character) in "WF" else 1


def misaligned(app: MeshlabApp, grid: list[list[str]]) -> Iterator[tuple[str | None, int]]:
    """Framed widgets and the rows in which a side of the frame is elsewhere."""
    for widget in app.screen.query(".pane, .dialog"):
        area = widget.region
        if not area.area or not app.screen.region.contains_region(area) or not widget.styles.border_left[0]:
            continue
        for y in range(area.y, area.bottom):
            if grid[y][area.x] not in LEFT or grid[y][area.right - 1] not in RIGHT:
                yield widget.id, y


def focus_is_seen(app: MeshlabApp) -> bool:
    focused: Widget | None = app.screen.focused
    if focused is None:
        return not any(one.focusable and one.region.area for one in app.screen.query("*"))
    return bool(focused.region.intersection(app.screen.region).area)


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("name", SCREENS)
async def test_any_size_at_any_moment(name: str) -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run, language="zh")
    async with app.run_test(size=SIZES[0]) as pilot:
        await SCREENS[name](pilot, app, run)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            app.clear_notifications()
            await until(pilot, lambda size=size: app.screen.size == size and len(rows(app)) == size[1])  # type: ignore[misc]
            await until(pilot, lambda: focus_is_seen(app), f"the focus, at {size}")
            await until(pilot, lambda: not list(misaligned(app, rows(app))), f"frames in line, at {size}")
            grid = rows(app)
            assert {len(row) for row in grid} == {size[0]}
            wrong = {one for row in grid for one in row if one and one not in ZERO and cell_len(one) != columns(one)}
            assert not wrong, f"terminals do not agree how wide these are: {wrong}"
