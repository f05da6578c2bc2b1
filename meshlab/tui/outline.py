"""What stands on a screen, without the blocks of its texts: keys ask for it with every change, and a query is too slow."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget
from textual.widgets import Markdown


def outline(root: Widget) -> Iterator[Widget]:
    """All widgets below, from top to bottom, hidden ones too; none of a Markdown text's own."""
    for child in root.children:
        yield child
        if not isinstance(child, Markdown):
            yield from outline(child)
