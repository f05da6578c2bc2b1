"""The table of the comparison; `/` leaves those of its rows that one wants to see."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from meshlab.report.compare.text import stage_at, table
from meshlab.report.compare.words import row_title
from meshlab.run.api import Language
from meshlab.run.compare import Comparison
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.filtered import contains


class StageTable(Static):
    """Drawn anew when anything of it changes."""

    @dataclass
    class Chosen(Message):
        """A click on a stage's column."""

        stage: int

    comparison: Comparison | None = None
    left: Comparison | None = None
    """What of it is shown."""
    wanted = ""

    def show(self, comparison: Comparison, language: Language, space: int, chosen: int) -> None:
        """`space` in columns; the column of the `chosen` stage stands out."""
        self.comparison, self.language, self.space, self.chosen = comparison, language, space, chosen
        rows = tuple(row for row in comparison.rows if contains(f"{row_title(row.id, language)} {row.id}", self.wanted))
        self.left = msgspec.structs.replace(comparison, rows=rows)
        self.update(content_of(table(self.left, language, space, chosen) if rows else []))
        self.shown_of = len(rows), len(comparison.rows)

    def on_click(self, event: Click) -> None:
        if self.left is not None and self.left.rows:
            stage = stage_at(self.left, self.language, self.space, event.x, event.y)
            if stage is not None:
                self.post_message(self.Chosen(stage))

    def filter(self, wanted: str) -> tuple[int, int]:
        self.wanted = wanted
        if self.comparison is None:
            return 0, 0
        self.show(self.comparison, self.language, self.space, self.chosen)
        return self.shown_of
