"""What stands on a screen, without the blocks of its texts: keys ask for it with every change, and a query is too slow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from textual.screen import Screen
from textual.widget import Widget


def outline(root: Widget, *, hidden: bool = True) -> Iterator[Widget]:
    """All widgets below, from top to bottom, with or without hidden ones; none of a Markdown text's own."""
    for child in root.children:
        if hidden or child.display:
            yield child
            if not _is_markdown(type(child)):
                yield from outline(child, hidden=hidden)


@cache
def _is_markdown(kind: type[Widget]) -> bool:
    # By name: to import it takes 40 ms, and the first screen has none.
    return any(base.__name__ == "Markdown" for base in kind.__mro__)


def laid_out(screen: Screen[Any]) -> list[Widget]:
    """Those of them that take room now.

    Their own size says so. To ask a hidden one for its region makes Textual arrange all widgets, seen or not, and then draw
    the whole screen anew: with every key that scrolls.
    """
    if screen.maximized is not None:
        return [widget for widget in outline(screen) if widget.region.area]
    return [widget for widget in outline(screen, hidden=False) if widget.outer_size.area]
