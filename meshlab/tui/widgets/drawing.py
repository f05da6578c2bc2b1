"""From a pure drawing to Textual content."""

from __future__ import annotations

from textual.content import Content

from meshlab.tui.lab.topology.model import Row
from meshlab.tui.theme import style_of


def row_content(row: Row) -> Content:
    """One row of (text, meaning). Foreign text is never read as markup."""
    return Content.assemble(*((text, style_of(meaning)) for text, meaning in row))


def content_of(rows: list[Row]) -> Content:
    """Rows as lines."""
    return Content("\n").join([row_content(row) for row in rows])
