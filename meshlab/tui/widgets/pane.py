"""A pane that scrolls what it holds, and can have the focus itself."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import VerticalScroll


class Pane(VerticalScroll):
    """The focus changes its frame (`app.tcss`), and nothing of what it holds."""

    DEFAULT_CLASSES: ClassVar[str] = "pane"

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Textual styles all anew that is inside, which takes a long page 15 ms with every key that moves the focus."""
        self.app.stylesheet.update_nodes([self], animate=True)
