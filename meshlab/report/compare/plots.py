"""The comparison's numbers as bars of text with their intervals: rows of (text, meaning), one block a row of the table."""

from __future__ import annotations

from meshlab.lab.comparison import Row as About
from meshlab.report.compare.words import interval_text, row_title, value_text
from meshlab.report.matrix_text import clip, pad, width
from meshlab.report.trace_text import Row
from meshlab.run.compare import Cell, Comparison, Stage
from meshlab.words import say

SMALLEST = 10
"""Columns of the shortest scale."""
TWO, BETWEEN = 110, 4
"""Columns from which two plots stand next to each other, and those between them."""
Span = tuple[float, float]


def plots(comparison: Comparison, language: str, space: int, chosen: int = -1) -> list[Row]:
    """All rows that have numbers, each with a bar for each stage; the bar of the `chosen` stage stands out."""
    beside = space >= TWO
    each = (space - BETWEEN) // 2 if beside else space
    drawn = [about for about in comparison.rows if about.shape != "word"]
    blocks = [plot(comparison.stages, about, language, each, chosen) for about in drawn]
    rows: list[Row] = []
    for first in range(0, len(blocks), 2 if beside else 1):
        rows += [[]] if rows else []
        rows += _beside(blocks[first], blocks[first + 1], each) if beside and first + 1 < len(blocks) else blocks[first]
    return rows


def _beside(left: list[Row], right: list[Row], each: int) -> list[Row]:
    """Two blocks of the same height next to each other."""
    gaps = [each + BETWEEN - width("".join(text for text, _ in row)) for row in left]
    return [[*one, (" " * gap, ""), *other] for one, gap, other in zip(left, gaps, right, strict=True)]


def plot(stages: tuple[Stage, ...], about: About, language: str, space: int, chosen: int = -1) -> list[Row]:
    """One row of the table: title, then for each stage a bar from zero, its interval over it, and both as numbers."""
    names = [say("compare.stage", language, stage=stage.stage) for stage in stages]
    texts = [_text(stage.cells.get(about.id), language) for stage in stages]
    first = max([width(name) for name in names] + [0])
    last = min(max([width(text) for text in texts] + [0]), max(SMALLEST, space - first - SMALLEST - 4))
    scale = max(SMALLEST, space - first - last - 4)
    span = _span([stage.cells.get(about.id) for stage in stages])
    rows: list[Row] = [[(row_title(about.id, language), "name")]]
    for index, (stage, name, text) in enumerate(zip(stages, names, texts, strict=True)):
        cell = stage.cells.get(about.id)
        meaning = "idle" if cell is None or not cell.measured else "accent" if index == chosen else ""
        bar = [(char, look or meaning) for char, look in bar_cells(cell, span, scale)]
        rows.append(
            [(f"{pad(name, first)}  ", "title" if index == chosen else "head"), *bar, (f"  {clip(text, last)}", meaning)]
        )
    return rows


def bar_cells(cell: Cell | None, span: Span, size: int) -> list[tuple[str, str]]:
    """`size` cells: the bar as `━`, the axis at zero as `│`, an interval as `├─┤` over them. Meanings: "" is the bar's own."""
    cells = [(" ", "")] * size
    if cell is None or not isinstance(cell.value, int | float):
        return cells
    zero, end = _at(0.0, span, size), _at(cell.value, span, size)
    for at in range(min(zero, end), max(zero, end) + 1):
        cells[at] = ("━", "")
    cells[zero] = ("│", "idle")
    low, high = cell.interval or (cell.value, cell.value)
    if low != high:
        first, last = _at(low, span, size), _at(high, span, size)
        for at in range(first, last + 1):
            cells[at] = ("─", "interval")
        cells[first], cells[last] = ("├", "interval"), ("┤", "interval")
        if first == last:
            cells[first] = ("┼", "interval")
    return cells


def _span(cells: list[Cell | None]) -> Span:
    """From the lowest to the highest number or end of an interval, zero included."""
    known = [0.0]
    for cell in cells:
        if cell is not None and isinstance(cell.value, int | float):
            known += [cell.value, *(cell.interval or ())]
    return min(known), max(known)


def _at(value: float, span: Span, size: int) -> int:
    low, high = span
    return round((value - low) / ((high - low) or 1.0) * (size - 1))


def _text(cell: Cell | None, language: str) -> str:
    if cell is None:
        return "–"
    extra = interval_text(cell, language)
    return f"{value_text(cell, language)}  ({extra})" if extra else value_text(cell, language)
