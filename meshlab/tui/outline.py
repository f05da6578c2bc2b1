"""What stands on a screen, without the blocks of its texts: keys ask for it with every change, and a query is too slow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Markdown


def outline(root: Widget) -> Iterator[Widget]:
    """All widgets below, from top to bottom, hidden ones too; none of a Markdown text's own."""
    for child in root.children:
        yield child
        if not isinstance(child, Markdown):
            yield from outline(child)


def laid_out(screen: Screen[Any]) -> list[Widget]:
    """Those of them that take room now.

    Their own size says so. To ask a hidden one for its region makes Textual arrange all widgets, seen or not, and then draw
    the whole screen anew: with every key that scrolls.
    """
    if screen.maximized is not None:
        return [one for one in outline(screen) if one.region.area]
    return list(_displayed(screen))


def _displayed(root: Widget) -> Iterator[Widget]:
    for child in root.children:
        if child.display:
            if child.outer_size.area:
                yield child
            if not isinstance(child, Markdown):
                yield from _displayed(child)
