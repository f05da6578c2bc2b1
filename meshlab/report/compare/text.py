"""The comparison as rows of (text, meaning), which a command prints and a screen colours; and a blast radius as such rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from meshlab.check.verdict import Reach
from meshlab.report.compare.published import published
from meshlab.report.compare.words import gaps, lines, row_title
from meshlab.report.matrix_text import clip, clip_name, pad, width
from meshlab.report.nodes import short_callers
from meshlab.report.trace_text import Row
from meshlab.report.wrap import wrap
from meshlab.run.compare import Cell, Comparison, Stage
from meshlab.words import say

NARROWEST, WIDEST = 9, 22
NAMES = 34
GAP = "  "
GLYPHS = {True: ("✔", "hot-ok"), None: ("◐", "hot-warn"), False: ("✘", "hot-error")}


def compare_text(comparison: Comparison, language: str, space: int) -> str:
    """All of it as plain text: table, matrices, what is missing, what others published."""
    if not comparison.stages:
        return say("compare.none", language)
    notes = [say("compare.note", language), *([say("compare.gap.note", language)] if comparison.missing else [])]
    parts = [say("compare.title", language), *(line for note in notes for line in wrap(note, space)), ""]
    parts += map(_plain, table(comparison, language, space))
    for stage in comparison.stages:
        reach = stage.cells["blast-radius"].matrix
        if reach is not None:
            parts += ["", say("compare.matrix", language, stage=stage.stage), *map(_plain, reach_rows(reach, language, space))]
    others = [say("compare.published", language), *published_lines(language, space)]
    return "\n".join([*parts, "", *_missing(comparison, language), "", *others])


def table(comparison: Comparison, language: str, space: int, chosen: int = -1) -> list[Row]:
    """The table in as many blocks of stages as the space asks for; the column of the `chosen` stage stands out."""
    lines: list[Row] = []
    for block in _blocks(comparison, language, space, chosen):
        lines += [[]] if lines else []
        lines += block.rows
    return lines


def stage_at(comparison: Comparison, language: str, space: int, x: int, y: int) -> int | None:
    """The number of the stage whose column of the table is at that place; None where none is."""
    line = 0
    for block in _blocks(comparison, language, space, -1):
        if line <= y < line + len(block.rows):
            column = (x - block.names) // (block.each + len(GAP))
            return block.start + column if 0 <= column < block.stages else None
        line += len(block.rows) + 1
    return None


class _Block(NamedTuple):
    """Stages side by side. names, each: columns of the rows' titles and of a stage."""

    start: int
    stages: int
    names: int
    each: int
    rows: list[Row]


def _blocks(comparison: Comparison, language: str, space: int, chosen: int) -> Iterator[_Block]:
    names = min(NAMES, max(width(row_title(row.id, language)) for row in comparison.rows), max(14, space // 4))
    fit = max(1, (space - names) // (NARROWEST + len(GAP)))
    for start in range(0, len(comparison.stages), fit):
        block = comparison.stages[start : start + fit]
        each = min(WIDEST, (space - names) // len(block) - len(GAP))
        rows = list(_block(comparison, block, language, names, each, chosen - start))
        yield _Block(start, len(block), names, each, rows)


def _block(
    comparison: Comparison, block: tuple[Stage, ...], language: str, names: int, each: int, chosen: int
) -> Iterator[Row]:
    heads = [wrap(say("compare.stage", language, stage=stage.stage), each) for stage in block]
    yield from _cells([""], heads, ["title" if index == chosen else "head" for index in range(len(block))], names, each)
    for row in comparison.rows:
        cells = [stage.cells.get(row.id) for stage in block]
        texts = [_wrapped(cell, language, each) for cell in cells]
        meanings = [_meaning(cell, index == chosen) for index, cell in enumerate(cells)]
        yield from _cells(wrap(row_title(row.id, language), names), texts, meanings, names, each)


def _wrapped(cell: Cell | None, language: str, each: int) -> list[str]:
    if cell is None:
        return ["–"]
    if not cell.measured:
        # One line: which lab fills it says the beginning of its name, too.
        return [clip(line, each) for line in lines(cell, language)]
    return [part for line in lines(cell, language) for part in wrap(line, each)]


def _meaning(cell: Cell | None, chosen: bool) -> str:
    if cell is None or not cell.measured:
        return "idle"
    return "accent" if chosen else ""


def _cells(name: list[str], texts: list[list[str]], meanings: list[str], names: int, each: int) -> Iterator[Row]:
    """One row of the table, as many lines high as its highest cell."""
    for number in range(max(len(name), *map(len, texts))):
        row: Row = [(pad(_at(name, number), names), "name")]
        for text, meaning in zip(texts, meanings, strict=True):
            row += [(GAP, ""), (pad(_at(text, number), each), meaning)]
        yield row


def _at(some: list[str], number: int) -> str:
    return some[number] if number < len(some) else ""


def reach_rows(reach: Reach, language: str, space: int) -> list[Row]:
    """Callers down, callees across: glyph and percentage."""
    head = say("compare.matrix.caller", language)
    short = short_callers(reach.rows)
    names = min(max(width(one) for one in (*short.values(), head)), max(12, space // 4))
    each = max(6, min(12, (space - names) // max(1, len(reach.columns)) - 1))
    rows: list[Row] = [[(pad(clip(head, names), names), "head"), *_names(reach.columns, each)]]
    for row, shares in zip(reach.rows, reach.shares, strict=True):
        line: Row = [(pad(clip_name(short[row], names), names), "head")]
        for share in shares:
            line += [(" ", ""), _share(share, each)]
        rows.append(line)
    return rows


def _names(columns: tuple[str, ...], each: int) -> Row:
    return [part for column in columns for part in ((" ", ""), (pad(clip(column, each), each), "head"))]


def _share(share: float | None, each: int) -> tuple[str, str]:
    if share is None:
        return pad("·", each), "idle"
    glyph, meaning = GLYPHS[True if share == 1 else False if share == 0 else None]
    return pad(f"{glyph} {100 * share:.0f}%", each), meaning


def _missing(comparison: Comparison, language: str) -> list[str]:
    found = gaps(comparison, language)
    return [say("compare.missing", language, count=len(found)), *(f"  {one}" for one in found)] if found else [
        say("compare.complete", language)
    ]  # fmt: skip


def published_lines(language: str, space: int) -> list[str]:
    """What others measured, each with its source and set-up; never a part of the table."""
    lines = wrap(say("compare.published.note", language), space)
    for one in published(language):
        lines += ["", f"{one.who}, {one.year}: {one.source}"]
        lines += [f"  {line}" for text in (one.setup, one.figures) for line in wrap(text, space - 2)]
    return lines


def _plain(row: Row) -> str:
    return "".join(text for text, _ in row).rstrip()
