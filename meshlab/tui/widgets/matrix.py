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
from meshlab.tui.experiment.matrix_rows import MatrixDrawing, Place, matrix_rows, sizes
from meshlab.tui.keys import bind
from meshlab.tui.translation import tr
from meshlab.tui.widgets.drawing import content_of

EMPTY = MatrixDrawing((), (), {})


class MatrixView(Widget, can_focus=True):
    """`drawing` is replaced as a whole. Cells can be marked while `marking`."""

    DEFAULT_CSS = "MatrixView { height: auto; min-height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("up,k", "move(-1, 0)", "matrix.up", show=False),
        bind("down,j", "move(1, 0)", "matrix.down", show=False),
        bind("left", "move(0, -1)", "matrix.left", show=False),
        bind("right", "move(0, 1)", "matrix.right", show=False),
        bind("space", "mark", "matrix.mark"),
    ]

    drawing: reactive[MatrixDrawing] = reactive(EMPTY)
    marking: reactive[bool] = reactive(False)

    @dataclass
    class Marked(Message):
        """The prediction has changed."""

        places: frozenset[Place]

    def render(self) -> Content:
        if not self.drawing.rows:
            return Content.styled(tr(self, "matrix.waiting"), "$muted")
        return content_of(matrix_rows(self.drawing, self.size.width))

    def relabel(self) -> None:
        self.refresh()

    def show(self, matrix: Matrix | None) -> None:
        """Draw what was measured, keeping the prediction and the cursor."""
        if matrix is None:
            return
        cells = {(cell.row, cell.column): cell for cell in matrix.cells}
        self.drawing = replace(self.drawing, rows=matrix.rows, columns=matrix.columns, cells=cells)

    def watch_drawing(self, old: MatrixDrawing, new: MatrixDrawing) -> None:
        if len(old.rows) != len(new.rows):
            self.refresh(layout=True)

    def watch_marking(self, marking: bool) -> None:
        drawing = self.drawing
        cursor = (drawing.rows[0], drawing.columns[0]) if marking and drawing.rows and drawing.columns else None
        self.drawing = replace(drawing, cursor=cursor)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.marking if action in ("move", "mark") else True

    def action_move(self, down: int, right: int) -> None:
        if self.drawing.cursor is None:
            return
        row, column = self.drawing.cursor
        rows, columns = self.drawing.rows, self.drawing.columns
        row = rows[(rows.index(row) + down) % len(rows)]
        column = columns[(columns.index(column) + right) % len(columns)]
        self.drawing = replace(self.drawing, cursor=(row, column))

    def action_mark(self) -> None:
        if self.drawing.cursor is not None:
            self._toggle(self.drawing.cursor)

    def on_click(self, event: Click) -> None:
        place = self._place(event.x, event.y)
        if self.marking and place is not None:
            self.drawing = replace(self.drawing, cursor=place)
            self._toggle(place)

    def _toggle(self, place: Place) -> None:
        places = (self.drawing.predicted or frozenset()) ^ {place}
        self.drawing = replace(self.drawing, predicted=places)
        self.post_message(self.Marked(places))

    def _place(self, x: int, y: int) -> Place | None:
        names, size = sizes(self.drawing, self.size.width)
        column, row = (x - names - 1) // (size + 1), y - 1
        if 0 <= row < len(self.drawing.rows) and 0 <= column < len(self.drawing.columns):
            return self.drawing.rows[row], self.drawing.columns[column]
        return None
