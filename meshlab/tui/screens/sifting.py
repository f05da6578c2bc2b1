"""`/` on a list leaves only what contains some words; escape, a key of the app, shows all of it again."""

from __future__ import annotations

from typing import ClassVar, TypeVar, cast

from textual import on
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from meshlab.tui.keys import bind
from meshlab.tui.outline import laid_out
from meshlab.tui.widgets.filter_bar import FilterBar
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.sift import Sifts

Result = TypeVar("Result")


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
