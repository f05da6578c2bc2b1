"""Numbered panes: all of them where there is room, one alone where the terminal is narrow or the learner zooms."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Label

from meshlab.tui.base.screen import BREAKPOINTS, MeshScreen
from meshlab.tui.keys import bind
from meshlab.tui.translation import tr

PANES = ("guide", "map", "checks", "shell", "matrix")
UPPER_RIGHT = ("map", "matrix")
"""Two panes that share one place: the one chosen last is seen."""


class PaneTab(Label):
    """One pane's number and name; a click goes there."""

    def __init__(self, pane: str) -> None:
        super().__init__(id=f"tab-{pane}", classes="tab")
        self.pane = pane

    def on_mount(self) -> None:
        self.relabel()

    def relabel(self) -> None:
        self.update(f"{PANES.index(self.pane) + 1} {tr(self, f'pane.{self.pane}')}")

    async def on_click(self) -> None:
        await self.run_action(f"screen.pane({PANES.index(self.pane)})")


class PaneTabs(Horizontal):
    """The row of tabs, seen only while one pane is alone."""

    def compose(self) -> ComposeResult:
        for pane in PANES:
            yield PaneTab(pane)


class PanesScreen(MeshScreen[None]):
    """Which pane is active, and whether it is alone."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        *(bind(str(number + 1), f"pane({number})", f"pane.{pane}", show=False) for number, pane in enumerate(PANES)),
        bind("f4", "zoom", "pane.zoom-anywhere", show=False, priority=True),
    ]

    active: var[str] = var("guide")
    zoomed: var[bool] = var(False, toggle_class="-zoomed")

    def pane(self, name: str) -> Widget:
        """The pane of that name."""
        return self.query_one(f"#{name}")

    def watch_active(self, old: str, new: str) -> None:
        if self.is_mounted:
            self.show_active(old, new)

    def show_active(self, old: str, new: str) -> None:
        """Let the style sheet know."""
        self.pane(old).remove_class("-active")
        self.pane(new).add_class("-active")
        for tab in self.query(PaneTab):
            tab.set_class(tab.pane == new, "-active")
        self.set_class(new == "guide", "-left")
        if new in UPPER_RIGHT:
            self.set_class(new == "matrix", "-matrix")

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        for node in event.widget.ancestors_with_self:
            if isinstance(node, Widget) and node.id in PANES:
                self.active = node.id
                return

    def action_pane(self, number: int) -> None:
        self.active = PANES[number]
        self.focus_pane(self.active)

    def go_to_pane(self, target: Widget) -> bool:
        pane = target.pane if isinstance(target, PaneTab) else target.id
        if pane not in PANES:
            return super().go_to_pane(target)
        self.action_pane(PANES.index(pane))
        return True

    def focus_pane(self, name: str) -> None:
        """Let keys go to the pane; some have a child that takes them."""
        self.pane(name).focus()

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.focus_pane(self.active)
