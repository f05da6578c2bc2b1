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
class Heat:
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


def said_red(heat: Heat, place: Place) -> bool:
    """Whether the learner marked it. `probe` stands for the probe of every node."""
    row, column = place
    return heat.predicted is not None and bool({place, (row.partition("@")[0], column)} & heat.predicted)


def cell_look(heat: Heat, place: Place, size: int) -> Row:
    """One cell, `size` columns wide."""
    cell = heat.cells.get(place)
    marked = said_red(heat, place)
    red = is_red(cell)
    if cell is None or red is None:
        return [(pad("✘ ?", size), "hot-error")] if marked else [(pad("·", size), "idle")]
    worst = max(cell.errors, key=lambda name: cell.errors[name], default="")
    glyph = "✔" if not red else "◐" if cell.ok else "✘"
    words = f"{cell.ok}/{cell.of}" if cell.ok or not worst else worst
    meaning = "hot-ok" if not red else "hot-warn" if cell.ok else "hot-error"
    if heat.predicted is None or not (heat.compare or marked):
        return [(glyph, meaning), (_fill(words, size - 1), meaning)]
    wrong = heat.compare and marked != red
    said = "?" if not heat.compare else "!" if wrong else "="
    told = ("hot-mark" if red else "hot-surprise") if wrong else meaning
    return [(glyph, meaning), (said, told), (_fill(words, size - 2), meaning)]


def _fill(words: str, size: int) -> str:
    """A space before the words where there is room for it."""
    return pad(clip(f" {words}" if width(words) < size else words, size), size)


def sizes(heat: Heat, space: int) -> tuple[int, int]:
    """(width of the row names, width of a cell) that fit the space."""
    names = max([width(row) for row in short_callers(heat.rows).values()] + [4])
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
    return [head, *(_line(heat, row, clip_name(short, names), names, size) for row, short in short_callers(heat.rows).items())]


def _line(heat: Heat, row: str, name: str, names: int, size: int) -> Row:
    chosen = heat.cursor is not None and heat.cursor[0] == row
    line: Row = [(pad(name, names), "accent" if chosen else "head"), (" ", "")]
    for column in heat.columns:
        here = heat.cursor == (row, column)
        look = cell_look(heat, (row, column), size)
        line += [(text, f"{meaning} cursor" if here else meaning) for text, meaning in look]
        line.append((" ", ""))
    return line


def missed(heat: Heat) -> list[Place]:
    """The cells that came out otherwise than predicted."""
    return [place for place, cell in heat.cells.items() if _wrong(heat, place, cell)]


def surprises(heat: Heat) -> list[tuple[bool, str, tuple[str, ...]]]:
    """(broke, caller, callees) of the cells that came out otherwise than predicted: those that broke first."""
    found: dict[tuple[bool, str], list[str]] = {}
    for row, column in missed(heat):
        found.setdefault((bool(is_red(heat.cells[row, column])), row), []).append(column)
    return [(broke, row, tuple(found[broke, row])) for broke, row in sorted(found, key=lambda one: not one[0])]


def scored(heat: Heat) -> tuple[int, int]:
    """(cells that came out as predicted, cells that did not)."""
    wrong = len(missed(heat))
    return sum(is_red(cell) is not None for cell in heat.cells.values()) - wrong, wrong


def _wrong(heat: Heat, place: Place, cell: Cell) -> bool:
    red = is_red(cell)
    return heat.predicted is not None and red is not None and red != said_red(heat, place)
