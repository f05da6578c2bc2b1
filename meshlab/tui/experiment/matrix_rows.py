"""The matrix of who reaches whom as rows of (text, meaning). Pure: marking, measuring and comparing look alike."""

from __future__ import annotations

from dataclasses import dataclass

from meshlab.check.verdict import Cell
from meshlab.report.matrix_text import clip, clip_name, pad, width
from meshlab.report.nodes import short_callers
from meshlab.tui.lab.topology.model import Row

NARROWEST, WIDEST = 5, 12
Place = tuple[str, str]


@dataclass(frozen=True)
class MatrixDrawing:
    """What is drawn: names, what was measured, what was predicted (None: nothing was), where the cursor is."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[Place, Cell]
    predicted: frozenset[Place] | None = None
    cursor: Place | None = None
    compare: bool = False
    """Say of each cell whether it came out as predicted: `=` or `!`. Before that, what was predicted stays marked: `?`."""


def is_red(cell: Cell | None) -> bool | None:
    """Whether some call did not get through, as predictions are scored; None where nothing was measured."""
    return None if cell is None or not cell.of else cell.ok < cell.of


def predicted_red(drawing: MatrixDrawing, place: Place) -> bool:
    """Whether the learner marked it. `probe` stands for the probe of every node."""
    row, column = place
    return drawing.predicted is not None and bool({place, (row.partition("@")[0], column)} & drawing.predicted)


def cell_look(drawing: MatrixDrawing, place: Place, size: int) -> Row:
    """One cell, `size` columns wide."""
    cell = drawing.cells.get(place)
    marked = predicted_red(drawing, place)
    red = is_red(cell)
    if cell is None or red is None:
        return [(pad("✘ ?", size), "hot-error")] if marked else [(pad("·", size), "idle")]
    worst = max(cell.errors, key=lambda name: cell.errors[name], default="")
    glyph = "✔" if not red else "◐" if cell.ok else "✘"
    words = f"{cell.ok}/{cell.of}" if cell.ok or not worst else worst
    meaning = "hot-ok" if not red else "hot-warn" if cell.ok else "hot-error"
    if drawing.predicted is None or not (drawing.compare or marked):
        return [(glyph, meaning), (_fill(words, size - 1), meaning)]
    wrong = drawing.compare and marked != red
    sign = "?" if not drawing.compare else "!" if wrong else "="
    look = ("hot-mark" if red else "hot-surprise") if wrong else meaning
    return [(glyph, meaning), (sign, look), (_fill(words, size - 2), meaning)]


def _fill(words: str, size: int) -> str:
    """A space before the words where there is room for it."""
    return pad(clip(f" {words}" if width(words) < size else words, size), size)


def sizes(drawing: MatrixDrawing, space: int) -> tuple[int, int]:
    """(width of the row names, width of a cell) that fit the space."""
    names = max([width(row) for row in short_callers(drawing.rows).values()] + [4])
    names = min(names, max(8, space // 4))
    each = (space - names - 1) // max(1, len(drawing.columns)) - 1
    return names, max(NARROWEST, min(WIDEST, each))


def matrix_rows(drawing: MatrixDrawing, space: int) -> list[Row]:
    """The head line and one line a caller."""
    names, size = sizes(drawing, space)
    head: Row = [(" " * (names + 1), "")]
    for column in drawing.columns:
        chosen = drawing.cursor is not None and drawing.cursor[1] == column
        head += [(pad(clip(column, size), size), "accent" if chosen else "head"), (" ", "")]
    return [
        head,
        *(_line(drawing, row, clip_name(short, names), names, size) for row, short in short_callers(drawing.rows).items()),
    ]


def _line(drawing: MatrixDrawing, row: str, name: str, names: int, size: int) -> Row:
    chosen = drawing.cursor is not None and drawing.cursor[0] == row
    line: Row = [(pad(name, names), "accent" if chosen else "head"), (" ", "")]
    for column in drawing.columns:
        here = drawing.cursor == (row, column)
        look = cell_look(drawing, (row, column), size)
        line += [(text, f"{meaning} cursor" if here else meaning) for text, meaning in look]
        line.append((" ", ""))
    return line


def missed(drawing: MatrixDrawing) -> list[Place]:
    """The cells that came out otherwise than predicted."""
    return [place for place, cell in drawing.cells.items() if _wrong(drawing, place, cell)]


def surprises(drawing: MatrixDrawing) -> list[tuple[bool, str, tuple[str, ...]]]:
    """(broke, caller, callees) of the cells that came out otherwise than predicted: those that broke first."""
    columns: dict[tuple[bool, str], list[str]] = {}
    for row, column in missed(drawing):
        columns.setdefault((bool(is_red(drawing.cells[row, column])), row), []).append(column)
    return [(broke, row, tuple(columns[broke, row])) for broke, row in sorted(columns, key=lambda key: not key[0])]


def scored(drawing: MatrixDrawing) -> tuple[int, int]:
    """(cells that came out as predicted, cells that did not)."""
    wrong = len(missed(drawing))
    return sum(is_red(cell) is not None for cell in drawing.cells.values()) - wrong, wrong


def _wrong(drawing: MatrixDrawing, place: Place, cell: Cell) -> bool:
    red = is_red(cell)
    return drawing.predicted is not None and red is not None and red != predicted_red(drawing, place)
