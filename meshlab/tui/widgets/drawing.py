"""From a pure drawing to Textual content."""

from __future__ import annotations

from textual.content import Content

from meshlab.tui.theme import style_of
from meshlab.tui.topology.model import Row


def content_of(rows: list[Row]) -> Content:
    """Rows of (text, meaning) as styled lines. Foreign text is never read as markup."""
    lines = [Content.assemble(*((text, style_of(meaning)) for text, meaning in row)) for row in rows]
    return Content("\n").join(lines)
