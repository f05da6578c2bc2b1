"""A reachability matrix as text: callers down, callees across, glyph and fraction in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from meshlab.check.verdict import Cell
from meshlab.run.api import Matrix


def width(text: str) -> int:
    """Columns of a terminal that the text takes: wide characters take two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, size: int) -> str:
    """Filled up with spaces to `size` columns."""
    return text + " " * max(0, size - width(text))


def clip(text: str, size: int) -> str:
    """At most `size` columns, with `…` where something is left out."""
    if width(text) <= size:
        return text
    while text and width(text) > size - 1:
        text = text[:-1]
    return text + "…"


def clip_name(name: str, size: int) -> str:
    """Of `probe@cluster-worker2` the end tells more than the beginning."""
    kind, at, node = name.partition("@")
    if not at or width(name) <= size:
        return clip(name, size)
    return f"{kind}@…{node[-max(1, size - width(kind) - 2) :]}"


def cell_text(cell: Cell | None) -> str:
    """`✔ 2/2`, `✘ refused`, `◐ 1/2`, or `·` where nothing was measured."""
    if cell is None or not cell.of:
        return "·"
    if cell.ok == cell.of:
        return f"✔ {cell.ok}/{cell.of}"
    if cell.ok == 0:
        worst = max(cell.errors, key=lambda name: cell.errors[name], default="")
        return f"✘ {worst or f'0/{cell.of}'}"
    return f"◐ {cell.ok}/{cell.of}"


def matrix_text(matrix: Matrix, language: str = "en") -> str:
    """The whole matrix as aligned lines."""
    cells = {(cell.row, cell.column): cell for cell in matrix.cells}
    table = [["", *matrix.columns]]
    table += [[row, *(cell_text(cells.get((row, column))) for column in matrix.columns)] for row in matrix.rows]
    return aligned(table)


def aligned(table: Sequence[Sequence[str]]) -> str:
    """Rows as lines, each column as wide as its widest text."""
    sizes = [max(width(line[index]) for line in table) for index in range(len(table[0]))]
    return "\n".join("  ".join(pad(text, size) for text, size in zip(line, sizes, strict=True)).rstrip() for line in table)
