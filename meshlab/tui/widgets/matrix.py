"""The matrix of who reaches whom: looked at, or marked as a prediction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from meshlab.run.api import Matrix
from meshlab.tui.experiment.heat import Heat, Place, heat_rows, sizes
from meshlab.tui.keys import bind
from meshlab.tui.speak import tr
from meshlab.tui.widgets.drawing import content_of

EMPTY = Heat((), (), {})


class MatrixView(Widget, can_focus=True):
    """`heat` is replaced as a whole. Cells can be marked while `marking`."""

    DEFAULT_CSS = "MatrixView { height: auto; min-height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("up,k", "move(-1, 0)", "matrix.up", show=False),
        bind("down,j", "move(1, 0)", "matrix.down", show=False),
        bind("left", "move(0, -1)", "matrix.left", show=False),
        bind("right", "move(0, 1)", "matrix.right", show=False),
        bind("space", "mark", "matrix.mark"),
    ]

    heat: reactive[Heat] = reactive(EMPTY)
    marking: reactive[bool] = reactive(False)

    @dataclass
    class Marked(Message):
        """The prediction has changed."""

        places: frozenset[Place]

    def render(self) -> Content:
        if not self.heat.rows:
            return Content.styled(tr(self, "matrix.waiting"), "$muted")
        return content_of(heat_rows(self.heat, self.size.width))

    def relabel(self) -> None:
        self.refresh()

    def show(self, matrix: Matrix | None) -> None:
        """Draw what was measured, keeping the prediction and the cursor."""
        if matrix is None:
            return
        cells = {(cell.row, cell.column): cell for cell in matrix.cells}
        self.heat = replace(self.heat, rows=matrix.rows, columns=matrix.columns, cells=cells)

    def watch_heat(self, old: Heat, new: Heat) -> None:
        if len(old.rows) != len(new.rows):
            self.refresh(layout=True)

    def watch_marking(self, marking: bool) -> None:
        heat = self.heat
        cursor = (heat.rows[0], heat.columns[0]) if marking and heat.rows and heat.columns else None
        self.heat = replace(heat, cursor=cursor)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.marking if action in ("move", "mark") else True

    def action_move(self, down: int, right: int) -> None:
        if self.heat.cursor is None:
            return
        row, column = self.heat.cursor
        rows, columns = self.heat.rows, self.heat.columns
        row = rows[(rows.index(row) + down) % len(rows)]
        column = columns[(columns.index(column) + right) % len(columns)]
        self.heat = replace(self.heat, cursor=(row, column))

    def action_mark(self) -> None:
        if self.heat.cursor is not None:
            self._toggle(self.heat.cursor)

    def on_click(self, event: Click) -> None:
        place = self._place(event.x, event.y)
        if self.marking and place is not None:
            self.heat = replace(self.heat, cursor=place)
            self._toggle(place)

    def _toggle(self, place: Place) -> None:
        places = (self.heat.predicted or frozenset()) ^ {place}
        self.heat = replace(self.heat, predicted=places)
        self.post_message(self.Marked(places))

    def _place(self, x: int, y: int) -> Place | None:
        names, size = sizes(self.heat, self.size.width)
        column, row = (x - names - 1) // (size + 1), y - 1
        if 0 <= row < len(self.heat.rows) and 0 <= column < len(self.heat.columns):
            return self.heat.rows[row], self.heat.columns[column]
        return None
