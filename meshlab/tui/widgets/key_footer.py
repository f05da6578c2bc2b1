"""The keys that work now, in one row. One widget, not one a key as Textual's: it is redrawn with every step of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.content import Content
from textual.events import Click, Resize
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

ROOMY = 100
"""Columns from which there is room between keys, and for the palette's."""
PALETTE = "app.palette"
COMPARE = "app.compare"
"""Left out where the keys of the work itself fill the row: the palette and the help have it too."""


@dataclass(frozen=True)
class FooterItem:
    """One key as it is shown."""

    key: str
    display: str
    words: str
    enabled: bool


class KeyFooter(Widget):
    """A click on a name does what its key does; what cannot be done now is dimmed."""

    DEFAULT_CSS = "KeyFooter { dock: bottom; height: 1; background: $panel; }"

    items: reactive[tuple[FooterItem, ...]] = reactive(())
    roomy: reactive[bool] = reactive(True)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self.keys_changed)
        self.call_after_refresh(self.keys_changed, self.screen)

    def on_resize(self, event: Resize) -> None:
        self.roomy = event.size.width >= ROOMY
        self.keys_changed(self.screen)

    def keys_changed(self, screen: Screen[Any]) -> None:
        """Read the keys again; equal ones are not drawn again."""
        if not self.is_attached or screen is not self.screen:
            return
        shown: dict[str, FooterItem] = {}
        palette: list[FooterItem] = []
        compare: list[FooterItem] = []
        for active in screen.active_bindings.values():
            binding = active.binding
            item = FooterItem(binding.key, self.app.get_key_display(binding), binding.description, active.enabled)
            if binding.id == PALETTE and not palette:
                palette.append(item)
            elif binding.show:
                shown.setdefault(binding.action, item)
                compare += [item] if binding.id == COMPARE else []
        items = [*shown.values(), *palette] if self.roomy else list(shown.values())
        for less_wanted in (compare, palette):
            if sum(self._look(item).cell_length for item in items) > self.outer_size.width:
                items = [item for item in items if item not in less_wanted]
        self.items = tuple(items)

    def render(self) -> Content:
        return Content("").join([self._look(item) for item in self.items])

    def _look(self, item: FooterItem) -> Content:
        # Textual dims by mixing colours: without any, what cannot be done is struck out.
        dim = "" if item.enabled else " strike" if self.app.no_color else " dim"
        gap = " " if self.roomy else ""
        return Content.assemble(
            gap, (item.display, f"bold $footer-key-foreground{dim}"), (f" {item.words} ", f"$footer-foreground{dim}")
        )

    def on_click(self, event: Click) -> None:
        x = 0
        for item in self.items:
            x += self._look(item).cell_length
            if event.x < x:
                self.app.simulate_key(item.key)
                return
