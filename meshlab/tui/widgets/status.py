"""The top row: where the learner is, and how the cluster is."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from meshlab.tui.translation import recorded, tour

StatusParts = tuple[tuple[str, str], ...]


class StatusRow(Static):
    """`left` and `right` are (text, style) parts; the right side wins when both do not fit. A recording is marked here."""

    DEFAULT_CSS = "StatusRow { height: 1; background: $panel; padding: 0 1; }"

    left: reactive[StatusParts] = reactive(())
    right: reactive[StatusParts] = reactive(())

    def render(self) -> Content:
        right = Content.assemble(*self._mark(), *self.right)
        room = max(0, self.size.width - right.cell_length - 2)
        left = Content.assemble(*self.left).truncate(room, ellipsis=True)
        gap = max(1, self.size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right)

    def _mark(self) -> StatusParts:
        """What is measured elsewhere must never look as if it were measured here."""
        return ((f" ▶ {tour(self, 'mark')} ", "bold reverse $warning"), ("  ", "")) if recorded(self) else ()
