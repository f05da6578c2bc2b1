"""A reachability matrix as text: callers down, callees across, glyph and fraction in each cell."""

from __future__ import annotations

from collections.abc import Sequence

from meshlab.check.verdict import Cell
from meshlab.run.api import Matrix


def width(text: str) -> int:
    """Columns of a terminal that the text takes: wide characters and emoji take two, combining marks none."""
    if text.isascii() and text.isprintable():
        return len(text)
    from wcwidth import width as columns

    return columns(text, control_codes="ignore")


def pad(text: str, size: int) -> str:
    """Filled up with spaces to `size` columns."""
    return text + " " * max(0, size - width(text))


def clip(text: str, size: int) -> str:
    """At most `size` columns, with `…` where something is left out. What a person sees as one character is never cut."""
    if width(text) <= size:
        return text
    from wcwidth import iter_graphemes

    kept, left = "", size - 1
    for character in iter_graphemes(text):
        left -= width(character)
        if left < 0:
            break
        kept += character
    return kept + "…"


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
