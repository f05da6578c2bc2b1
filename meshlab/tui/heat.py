"""The matrix of who reaches whom as rows of (text, meaning). Pure: marking, measuring and comparing look alike."""

from __future__ import annotations

from dataclasses import dataclass

from meshlab.report.matrix_text import pad, width
from meshlab.run.api import Cell
from meshlab.tui.topology.model import Row

NARROWEST, WIDEST = 5, 12
Place = tuple[str, str]


@dataclass(frozen=True)
class Heat:
    """What is drawn: names, what was measured, what was predicted (None: nothing was), where the cursor is."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[Place, Cell]
    predicted: frozenset[Place] | None = None
    cursor: Place | None = None
    compare: bool = False
    """Point out the cells that came out otherwise than predicted."""


def clip(text: str, size: int) -> str:
    """At most `size` columns, with `…` where something is left out."""
    if width(text) <= size:
        return text
    while text and width(text) > size - 1:
        text = text[:-1]
    return text + "…"


def is_red(cell: Cell | None) -> bool | None:
    """Whether no call got through; None where nothing was measured."""
    return None if cell is None or not cell.of else cell.ok == 0


def cell_look(heat: Heat, place: Place, size: int) -> Row:
    """One cell, `size` columns wide."""
    cell = heat.cells.get(place)
    marked = heat.predicted is not None and place in heat.predicted
    red = is_red(cell)
    if cell is None or red is None:
        return [(pad("✘ ?", size), "hot-error")] if marked else [(pad("·", size), "idle")]
    worst = max(cell.errors, key=lambda name: cell.errors[name], default="")
    glyph = "✘" if red else "✔" if cell.ok == cell.of else "◐"
    words = worst if red else f"{cell.ok}/{cell.of}"
    meaning = "hot-error" if red else "hot-ok" if cell.ok == cell.of else "hot-warn"
    if heat.compare and heat.predicted is not None and marked != red:
        surprise = "hot-mark" if red else "hot-surprise"
        return [(glyph, meaning), ("! ", surprise), (pad(clip(words, size - 3), size - 3), meaning)]
    return [(pad(clip(f"{glyph} {words}", size), size), meaning)]


def sizes(heat: Heat, space: int) -> tuple[int, int]:
    """(width of the row names, width of a cell) that fit the space."""
    names = max([width(row) for row in heat.rows] + [4])
    names = min(names, max(8, space // 4))
    each = (space - names - 1) // max(1, len(heat.columns)) - 1
    return names, max(NARROWEST, min(WIDEST, each))


def heat_rows(heat: Heat, space: int) -> list[Row]:
    """The head line and one line a caller."""
    names, size = sizes(heat, space)
    head: Row = [(" " * (names + 1), "")]
    for column in heat.columns:
        chosen = heat.cursor is not None and heat.cursor[1] == column
        head += [(pad(clip(column, size), size), "accent" if chosen else "head"), (" ", "")]
    return [head, *(_line(heat, row, names, size) for row in heat.rows)]


def _line(heat: Heat, row: str, names: int, size: int) -> Row:
    chosen = heat.cursor is not None and heat.cursor[0] == row
    line: Row = [(pad(clip(row, names), names), "accent" if chosen else "head"), (" ", "")]
    for column in heat.columns:
        here = heat.cursor == (row, column)
        look = cell_look(heat, (row, column), size)
        line += [(text, f"{meaning} cursor" if here else meaning) for text, meaning in look]
        line.append((" ", ""))
    return line


def missed(heat: Heat) -> list[Place]:
    """The cells that came out otherwise than predicted."""
    if heat.predicted is None:
        return []
    found = []
    for place, cell in heat.cells.items():
        red = is_red(cell)
        if red is not None and red != (place in heat.predicted):
            found.append(place)
    return found
