"""`/` on a list leaves only what contains some words; escape, a key of the app, shows all of it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Label

from meshlab.tui.base.visible_widgets import laid_out
from meshlab.tui.translation import tr
from meshlab.tui.widgets.filtered import Filterable
from meshlab.tui.widgets.key_footer import KeyFooter

Result = TypeVar("Result")


class FilterBar(Horizontal):
    """There while something is left out; enter goes back to the list, escape shows all again."""

    DEFAULT_CSS = """
    FilterBar { height: 1; background: $surface; padding: 0 1; }
    FilterBar Label { width: auto; color: $accent; }
    FilterBar Input { width: 1fr; margin: 0 1; background: $surface; }
    FilterBar #found { color: $text-muted; }
    MeshModal FilterBar { dock: bottom; margin: 0 0 1 0; }
    """

    @dataclass
    class Changed(Message):
        """Something else is wanted."""

        wanted: str

    class Left(Message):
        """Back to the list; what is left out stays so."""

    def compose(self) -> ComposeResult:
        yield Label("/")
        yield Input(placeholder=tr(self, "filter.placeholder"), compact=True, id="wanted")
        yield Label(id="found")

    def on_mount(self) -> None:
        self.focus_line()

    def focus_line(self) -> None:
        """Let keys go to the line."""
        self.query_one(Input).focus()

    def show_count(self, shown: int, of: int) -> None:
        """How much is left."""
        self.query_one("#found", Label).update(Content(tr(self, "filter.found", shown=shown, of=of)))

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())


class FilteringScreen(Screen[Result]):
    """For screens that may show a list or text that can be filtered; the key for `filter` is theirs."""

    _filtered: Widget | None = None

    @property
    def filtering(self) -> bool:
        """Whether something is left out now."""
        return self._filtered is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "filter":
            return self.is_mounted and self.to_filter() is not None
        return super().check_action(action, parameters)

    def to_filter(self) -> Widget | None:
        """What the key would reduce: in the focused pane, else the only list of the screen."""
        lists = [widget for widget in laid_out(self) if isinstance(widget, Filterable)]
        for node in self.focused.ancestors_with_self if self.focused else ():
            for widget in lists if node is not self else ():
                if node in widget.ancestors_with_self:
                    return widget
        return lists[0] if len(lists) == 1 else None

    async def action_filter(self) -> None:
        if self._filtered is not None:
            self.query_one(FilterBar).focus_line()
        elif (wanted := self.to_filter()) is not None:
            self._filtered = wanted
            await self.mount(FilterBar(), before=self.query_one(KeyFooter))

    async def show_all(self) -> None:
        """Take the filter off."""
        filtered, self._filtered = self._filtered, None
        if filtered is not None:
            cast("Filterable", filtered).filter("")
        self._back_to(filtered)
        await self.query(FilterBar).remove()
        self.refresh_bindings()

    @on(FilterBar.Changed)
    def filter_changed(self, message: FilterBar.Changed) -> None:
        if self._filtered is not None:
            self.query_one(FilterBar).show_count(*cast("Filterable", self._filtered).filter(message.wanted))

    @on(FilterBar.Left)
    def filter_left(self) -> None:
        self._back_to(self._filtered)

    def _back_to(self, filtered: Widget | None) -> None:
        for node in filtered.ancestors_with_self if filtered is not None else ():
            if isinstance(node, Widget) and node.focusable:
                node.focus()
                return
