"""The table of the comparison; `/` leaves those of its rows that one wants to see."""

from __future__ import annotations

import msgspec
from textual.widgets import Static

from meshlab.report.compare_text import table
from meshlab.report.compare_words import row_title
from meshlab.run.api import Language
from meshlab.run.compare import Comparison
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.sift import contains


class StageTable(Static):
    """Drawn anew when anything of it changes."""

    comparison: Comparison | None = None
    wanted = ""

    def show(self, comparison: Comparison, language: Language, space: int, chosen: int) -> None:
        """`space` in columns; the column of the `chosen` stage stands out."""
        self.comparison, self.language, self.space, self.chosen = comparison, language, space, chosen
        rows = tuple(row for row in comparison.rows if contains(f"{row_title(row.id, language)} {row.id}", self.wanted))
        left = msgspec.structs.replace(comparison, rows=rows)
        self.update(content_of(table(left, language, space, chosen) if rows else []))
        self.found = len(rows), len(comparison.rows)

    def sift(self, wanted: str) -> tuple[int, int]:
        self.wanted = wanted
        if self.comparison is None:
            return 0, 0
        self.show(self.comparison, self.language, self.space, self.chosen)
        return self.found
