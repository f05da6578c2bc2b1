"""The phases of a long operation: state, elapsed, estimate."""

from __future__ import annotations

from time import monotonic

from textual.content import Content
from textual.widgets import Static

from meshlab.report.matrix_text import clip, pad, width
from meshlab.tui.glyphs import PHASE_GLYPHS, PHASE_MEANINGS
from meshlab.tui.phases import Phase, PhaseTable, bar, clock
from meshlab.tui.speak import language_of, tr
from meshlab.tui.theme import style_of
from meshlab.tui.widgets.drawing import row_content
from meshlab.words import known, say

BAR_WIDTH = 24


class PhaseList(Static):
    """Draws a table that its screen feeds; the screen says when."""

    DEFAULT_CSS = "PhaseList { height: auto; }"

    def __init__(self, table: PhaseTable) -> None:
        super().__init__()
        self.table = table

    def on_mount(self) -> None:
        self.redraw()

    def relabel(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Draw the table as it is now."""
        now = monotonic()
        phases = list(self.table.phases.values())
        names = {phase.id: self.name_of(phase) for phase in phases}
        widest = max([width(name) for name in names.values()] + [20])
        lines = [self._line(phase, pad(names[phase.id], widest), now) for phase in phases]
        self.update(Content("\n").join([*lines, Content(""), self._total(now)]))

    def name_of(self, phase: Phase) -> str:
        """The phase in words."""
        key = f"phases.{phase.id}"
        return say(key, language_of(self), **phase.parameters) if known(key) else phase.id

    def _line(self, phase: Phase, name: str, now: float) -> Content:
        style = style_of(PHASE_MEANINGS[phase.state])
        detail = phase.detail if phase.state in ("running", "failed") else ""
        count = f" {phase.done}/{phase.total}" if phase.total and phase.state == "running" else ""
        line = Content.assemble(
            (f"{PHASE_GLYPHS[phase.state]} ", style),
            (name, "" if phase.state != "planned" else "$muted"),
            (f"  {self._time(phase, now):>5}", style),
            (self._estimate(phase), "$muted"),
            (count, style),
        )
        room = self.size.width - line.cell_length - 2
        return line + Content.styled(f"  {clip(detail, room)}", "$muted") if detail and room > 8 else line

    def _time(self, phase: Phase, now: float) -> str:
        return clock(phase.elapsed(now)) if phase.state in ("running", "done", "failed") else ""

    def _estimate(self, phase: Phase) -> str:
        if phase.estimate is None or phase.state not in ("planned", "running"):
            return ""
        return f"  {tr(self, 'phase.about', time=clock(phase.estimate))}"

    def _total(self, now: float) -> Content:
        elapsed, left = self.table.elapsed(now), self.table.remaining(now)
        words = clock(elapsed)
        if left is not None and self.table.ended is None:
            words += "  " + tr(self, "phase.left", time=clock(left))
        return Content.assemble(row_content(bar(self.table.fraction(now), BAR_WIDTH)), f"  {words}")
