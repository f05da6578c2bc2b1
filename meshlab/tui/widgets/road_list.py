"""The stages as a list with a road drawn down its side."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from meshlab.report.matrix_text import clip, pad
from meshlab.run.api import LabSummary
from meshlab.tui.keys import bind
from meshlab.tui.phases import bar
from meshlab.tui.road import PASSED, STARTED, Stop
from meshlab.tui.speak import tr
from meshlab.tui.widgets.drawing import row_content

BAR = 8
TIME = 13
RAIL = 7
"""Columns of the number, the rail and the space around them."""


class RoadList(OptionList):
    """One option a stop."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("j", "cursor_down", "list.down", show=False),
        bind("k", "cursor_up", "list.up", show=False),
    ]

    stops: list[Stop] | None = None

    def on_resize(self) -> None:
        if self.stops is not None:
            self.show(self.stops)

    def show(self, stops: list[Stop]) -> None:
        """Draw these stops; the highlight stays."""
        self.stops = stops
        kept = self.highlighted
        self.set_options(
            [Option(self._prompt(stop, last=index == len(stops) - 1), id=stop.id) for index, stop in enumerate(stops)]
        )
        if kept is not None and kept < len(stops):
            self.highlighted = kept

    def _prompt(self, stop: Stop, *, last: bool) -> Content:
        number = stop.stage if len(stop.stage) == 1 else "+"
        dot, style = _dot(stop.lab)
        name = tr(self, f"stage.{stop.stage}.title")
        line = Content.assemble((f" {number} ", "$muted"), (f"{dot} ", style), (name, "bold" if stop.lab else "$muted"))
        if not stop.first:
            line = Content.assemble("   ", ("┃", style))
        rail = " " if last else "┃"
        below = self._lab(stop.lab) if stop.lab else Content.styled(tr(self, "home.later"), "$muted")
        return Content("\n").join([line, Content.assemble("   ", (rail, style), "  ", below)])

    def _lab(self, lab: LabSummary) -> Content:
        if lab.broken:
            return Content.assemble((f"✘ {lab.id}", "$error"), (f"  {lab.broken}", "$muted"))
        share = lab.steps_done / lab.steps if lab.steps else 0
        count = f"{lab.steps_done}/{lab.steps}"
        minutes = lab.minutes_left if lab.state in STARTED else lab.minutes
        time = tr(self, "home.left" if lab.state in STARTED else "home.minutes", minutes=minutes)
        time = tr(self, "home.done") if lab.state in PASSED else time
        badge = ("✔", "$success") if lab.proof == "proven" else ("·", "$muted")
        tail = Content.assemble(row_content(bar(share, BAR)), f" {count}  ", (pad(time, TIME), "$muted"), badge)
        room = max(8, self.scrollable_content_region.width - RAIL - tail.cell_length - 2)
        return Content.assemble(pad(clip(lab.title, room), room), " ", tail)


def _dot(lab: LabSummary | None) -> tuple[str, str]:
    if lab is None:
        return "○", "$muted"
    if lab.state in PASSED:
        return "✔", "$success"
    return ("●", "$accent") if lab.state in STARTED else ("●", "$primary")
