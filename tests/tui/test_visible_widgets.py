"""Which widgets take room, without asking for regions."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from meshlab.tui.base.visible_widgets import laid_out


class Rooms(App[None]):
    """One that is seen, one that is hidden, one in a hidden one, and one that has no room."""

    def compose(self) -> ComposeResult:
        yield Static("seen", id="seen")
        with Vertical(id="hidden") as hidden:
            yield Static("inside", id="inside")
        hidden.display = False
        flat = Static("", id="flat")
        flat.styles.height = 0
        yield flat


def named(app: App[Any]) -> set[str | None]:
    return {one.id for one in laid_out(app.screen)} - {None}


async def test_hidden_and_flat_ones_take_none() -> None:
    app = Rooms()
    async with app.run_test() as pilot:
        assert named(app) == {"seen"}
        app.query_one("#hidden").display = True
        await pilot.pause()
        assert named(app) == {"seen", "hidden", "inside"}
        app.query_one("#hidden").display = False
        await pilot.pause()
        assert named(app) == {"seen"}


async def test_beside_a_maximized_one_there_is_nothing() -> None:
    app = Rooms()
    async with app.run_test() as pilot:
        app.query_one("#hidden").display = True
        await pilot.pause()
        app.screen.maximized = app.query_one("#inside")
        await pilot.pause()
        assert named(app) == {"inside"}


async def test_asking_arranges_nothing_anew(monkeypatch: Any) -> None:
    app = Rooms()
    async with app.run_test() as pilot:
        app.screen._compositor._full_map_invalidated = True
        await pilot.pause()
        asked: list[bool] = []
        monkeypatch.setattr(app.screen._compositor, "_arrange_root", lambda *_, **__: asked.append(True))
        assert named(app) == {"seen"}
        assert asked == []
