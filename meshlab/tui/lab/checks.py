"""The checks of a step: glyph, title, and under a red one why: reason, expected, seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from meshlab.report.wrap import wrap
from meshlab.tui.glyphs import CHECK_GLYPHS, CHECK_MEANINGS
from meshlab.tui.keys import bind
from meshlab.tui.lab.board import CheckRow, ExperimentRow
from meshlab.tui.theme import style_of
from meshlab.tui.translation import language_of, tr
from meshlab.tui.widgets.filtered import FilteredList

INDENT = 4
WITH_DETAIL = ("fail", "error", "unrecoverable", "pending")


class CheckList(FilteredList):
    """Rows are replaced as a whole; the highlight stays where it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("j", "cursor_down", "list.down", show=False),
        bind("k", "cursor_up", "list.up", show=False),
        bind("enter", "select", "checks.open"),
    ]

    @dataclass
    class Opened(Message):
        """The learner wants to know more of a check."""

        check: str

    @dataclass
    class ExperimentOpened(Message):
        """The learner wants to run an experiment."""

        experiment: str

    rows: list[CheckRow] = []  # noqa: RUF012  replaced, never changed
    experiments: list[ExperimentRow] = []  # noqa: RUF012
    _shown: tuple[object, ...] = ()

    def show(self, rows: list[CheckRow], experiments: list[ExperimentRow]) -> None:
        """Draw these rows; what is there already is not laid out again."""
        wanted = (rows, experiments, self.room, language_of(self))
        if wanted == self._shown:
            return
        self.rows, self.experiments, self._shown = rows, experiments, wanted
        options = [Option(self._check(row), id=f"check:{row.id}") for row in rows]
        options += [Option(self._experiment(row), id=f"experiment:{row.id}") for row in experiments]
        self.set_every(options)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        kind, _, name = (event.option.id or "").partition(":")
        self.post_message(self.Opened(name) if kind == "check" else self.ExperimentOpened(name))

    def _check(self, row: CheckRow) -> Content:
        style = style_of(CHECK_MEANINGS[row.state])
        word = "" if row.state == "pass" else f"  {tr(self, f'outcome.{row.state}')}"
        lines = [Content.assemble((f"{CHECK_GLYPHS[row.state]} ", style), row.title, (word, style))]
        for label, text in self._details(row):
            first, *more = wrap(label + text, self.room)
            lines.append(Content.assemble("  ", (first[: len(label)], "$muted"), first[len(label) :]))
            lines += [Content(f"  {line}") for line in more]
        return Content("\n").join(lines)

    @property
    def room(self) -> int:
        """Columns for the lines below a title."""
        return max(20, self.scrollable_content_region.width - INDENT)

    def on_resize(self) -> None:
        self.show(self.rows, self.experiments)

    def _details(self, row: CheckRow) -> list[tuple[str, str]]:
        if row.state == "blocked":
            return [(f"{tr(self, 'check.needs')} ", ", ".join(row.blocked_by))]
        if row.state not in WITH_DETAIL:
            return []
        details = [("", row.reason)] if row.reason else []
        for key, value in (("expected", row.expected), ("seen", row.seen), ("waits", row.waits_for)):
            if value:
                details.append((f"{tr(self, f'check.{key}')} ", value))
        return details

    def _experiment(self, row: ExperimentRow) -> Content:
        glyph, style = ("✔ ", style_of("ok")) if row.finished else ("▶ ", style_of("accent"))
        return Content.assemble((glyph, style), (f"{tr(self, 'check.experiment')}  ", "$muted"), row.title)
