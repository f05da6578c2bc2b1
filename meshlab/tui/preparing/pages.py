"""Pages in one place, of which one is in sight."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Container


class Pages(Container):
    """One below the other, each as high as this; what is shown is scrolled to.

    To hide a long Markdown text and show it again takes 40 ms, because Textual does it block by block.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Pages {
        layout: vertical;
        overflow: hidden hidden;
        & > * { height: 100%; }
    }
    """

    seen = ""

    def turn(self, name: str) -> None:
        """To the child of that id. Only that one takes keys."""
        self.seen = name
        for number, page in enumerate(self.children):
            page.can_focus = page.can_focus_children = page.id == name
            if page.id == name:
                # The outer size, because to ask for a region makes Textual arrange and draw all anew (see `outline`).
                self.scroll_to(y=number * self.outer_size.height, animate=False, immediate=True, force=True)

    def on_resize(self) -> None:
        self.call_after_refresh(self.turn, self.seen)
