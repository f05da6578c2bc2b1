"""The phases of a long operation: state, elapsed, estimate."""

from __future__ import annotations

from time import monotonic

from textual.content import Content
from textual.widgets import Static

from meshlab.report.matrix_text import clip, pad, width
from meshlab.tui.glyphs import PHASE_GLYPHS, PHASE_MEANINGS
from meshlab.tui.preparing.phases import Phase, PhaseTable, bar, clock, window
from meshlab.tui.theme import style_of
from meshlab.tui.translation import language_of, tr
from meshlab.tui.widgets.drawing import row_content
from meshlab.words import known, say, tell

BAR_WIDTH = 24
TOTAL_ROWS = 2
"""Rows above the phases: the whole, and a gap."""


class PhaseList(Static):
    """Draws a table that its screen feeds; the screen says when, and whether it has to fit into its height."""

    DEFAULT_CSS = "PhaseList { height: auto; }"

    def __init__(self, table: PhaseTable, *, fits: bool = False) -> None:
        """fits: show what is going on now, and count what does not fit before and after it."""
        super().__init__()
        self.table = table
        self.fits = fits

    def on_mount(self) -> None:
        self.redraw()

    def on_resize(self) -> None:
        if self.fits:
            self.redraw()

    def relabel(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Draw the table as it is now."""
        now = monotonic()
        phases = list(self.table.phases.values())
        names = {phase.id: self.name_of(phase) for phase in phases}
        widest = max([width(name) for name in names.values()] + [20])
        seen = window(phases, self.size.height - TOTAL_ROWS if self.fits else len(phases))
        lines = [self._line(phase, pad(names[phase.id], widest), now) for phase in seen.shown]
        before, after = self._folded("before", seen.before, now), self._folded("after", seen.after, now)
        self.update(Content("\n").join([self._total(now), Content(""), *before, *lines, *after]))

    def name_of(self, phase: Phase) -> str:
        """The phase in words."""
        key = f"phases.{phase.id}"
        return say(key, language_of(self), **phase.parameters) if known(key) else phase.id

    def _folded(self, which: str, phases: tuple[Phase, ...], now: float) -> list[Content]:
        if not phases:
            return []
        seconds = sum(phase.elapsed(now) if which == "before" else phase.estimate or 0.0 for phase in phases)
        time = f"  {clock(seconds)}" if seconds else ""
        glyph, style = ("✔", "$success") if which == "before" else ("○", "$muted")
        words = tr(self, f"phase.{which}", count=len(phases))
        return [Content.assemble((f"{glyph} ", style), (f"{words}{time}", "$muted"))]

    def _line(self, phase: Phase, name: str, now: float) -> Content:
        style = style_of(PHASE_MEANINGS[phase.state])
        detail = tell(phase.detail, language_of(self)) if phase.state in ("running", "failed") else ""
        count = f" {phase.done}/{phase.total}" if phase.total and phase.state == "running" else ""
        line = Content.assemble(
            (f"{PHASE_GLYPHS[phase.state]} ", style),
            (name, "$muted" if phase.state in ("planned", "skipped") else ""),
            (f"  {self._time(phase, now):>5}", style),
            (self._estimate(phase), "$muted"),
            (count, style),
        )
        room = self.size.width - line.cell_length - 2
        return line + Content.styled(f"  {clip(detail, room)}", "$muted") if detail and room > 8 else line

    def _time(self, phase: Phase, now: float) -> str:
        return clock(phase.elapsed(now)) if phase.state in ("running", "done", "failed") else ""

    def _estimate(self, phase: Phase) -> str:
        if phase.state == "skipped":
            return f"  {tr(self, 'phase.skipped')}"
        if phase.estimate is None or phase.state not in ("planned", "running"):
            return ""
        return f"  {tr(self, 'phase.about', time=clock(phase.estimate))}"

    def _total(self, now: float) -> Content:
        drawn = row_content(bar(self.table.fraction(now), BAR_WIDTH))
        return Content.assemble(drawn, f"  {clock(self.table.elapsed(now))}", (f"  {self.left(now)}", "$muted"))

    def left(self, now: float) -> str:
        """How long it will still take, as far as that is known."""
        left = self.table.remaining(now)
        if self.table.ended is not None or not self.table.phases:
            return ""
        if left is None:
            return tr(self, "phase.first-time")
        return tr(self, "phase.left-at-least" if self.table.unknown() else "phase.left", time=clock(left))
