"""What stands on a screen, without the blocks of its texts: keys ask for it with every change, and a query is too slow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Markdown


def outline(root: Widget, *, hidden: bool = True) -> Iterator[Widget]:
    """All widgets below, from top to bottom, with or without hidden ones; none of a Markdown text's own."""
    for child in root.children:
        if hidden or child.display:
            yield child
            if not isinstance(child, Markdown):
                yield from outline(child, hidden=hidden)


def laid_out(screen: Screen[Any]) -> list[Widget]:
    """Those of them that take room now.

    Their own size says so. To ask a hidden one for its region makes Textual arrange all widgets, seen or not, and then draw
    the whole screen anew: with every key that scrolls.
    """
    if screen.maximized is not None:
        return [one for one in outline(screen) if one.region.area]
    return [one for one in outline(screen, hidden=False) if one.outer_size.area]
