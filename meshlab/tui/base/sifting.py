"""`/` on a list leaves only what contains some words; escape, a key of the app, shows all of it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Label

from meshlab.tui.base.outline import laid_out
from meshlab.tui.keys import bind
from meshlab.tui.speak import tr
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.sift import Sifts

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

    def say(self, shown: int, of: int) -> None:
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


class SiftingScreen(Screen[Result]):
    """For screens that show a widget that sifts."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("slash", "sift", "list.filter", show=False)]

    _sifted: Widget | None = None

    @property
    def sifting(self) -> bool:
        """Whether something is left out now."""
        return self._sifted is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "sift":
            return self.is_mounted and self.to_sift() is not None
        return super().check_action(action, parameters)

    def to_sift(self) -> Widget | None:
        """What the key would reduce: in the focused pane, else the only list of the screen."""
        seen = [one for one in laid_out(self) if isinstance(one, Sifts)]
        for node in self.focused.ancestors_with_self if self.focused else ():
            for one in seen if node is not self else ():
                if node in one.ancestors_with_self:
                    return one
        return seen[0] if len(seen) == 1 else None

    async def action_sift(self) -> None:
        if self._sifted is not None:
            self.query_one(FilterBar).focus_line()
        elif (found := self.to_sift()) is not None:
            self._sifted = found
            await self.mount(FilterBar(), before=self.query_one(KeyFooter))

    async def sift_no_more(self) -> None:
        """Show all again."""
        sifted, self._sifted = self._sifted, None
        if sifted is not None:
            cast("Sifts", sifted).sift("")
        self._back_to(sifted)
        await self.query(FilterBar).remove()
        self.refresh_bindings()

    @on(FilterBar.Changed)
    def filter_changed(self, message: FilterBar.Changed) -> None:
        if self._sifted is not None:
            self.query_one(FilterBar).say(*cast("Sifts", self._sifted).sift(message.wanted))

    @on(FilterBar.Left)
    def filter_left(self) -> None:
        self._back_to(self._sifted)

    def _back_to(self, sifted: Widget | None) -> None:
        for node in sifted.ancestors_with_self if sifted is not None else ():
            if isinstance(node, Widget) and node.focusable:
                node.focus()
                return
