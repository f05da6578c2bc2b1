"""The comparison as Markdown: the table, blast radii, where each number is from, and apart from it what others published."""

from __future__ import annotations

from collections.abc import Iterable

from meshlab.check.verdict import Reach
from meshlab.report.compare.published import published
from meshlab.report.compare.words import gaps, interval_text, origin, row_title, value_text
from meshlab.run.compare import Cell, Comparison, Stage
from meshlab.words import say


def compare_markdown(comparison: Comparison, language: str) -> str:
    """A document of its own, ending with a line end."""
    parts = [f"# {say('compare.title', language)}", say("compare.note", language)]
    if comparison.stages:
        parts += [_table(comparison, language), *_missing(comparison, language), *_matrices(comparison, language)]
        parts += _origins(comparison, language)
    else:
        parts.append(say("compare.none", language))
    return "\n\n".join([*parts, *_published(language)]) + "\n"


def _table(comparison: Comparison, language: str) -> str:
    head = [say("compare.row", language), *(_head(stage, language) for stage in comparison.stages)]
    rows = [
        [row_title(row.id, language), *(_cell(stage.cells.get(row.id), language) for stage in comparison.stages)]
        for row in comparison.rows
    ]
    return grid(head, rows)


def grid(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a bar in a cell does not end it."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _head(stage: Stage, language: str) -> str:
    return f"{say('compare.stage', language, stage=stage.stage)}: {stage.title}"


def _cell(cell: Cell | None, language: str) -> str:
    if cell is None:
        return "–"
    value, interval = value_text(cell, language), interval_text(cell, language)
    if not cell.measured:
        return f"*{value}*"
    return f"{value} ({interval})" if interval else value


def _missing(comparison: Comparison, language: str) -> list[str]:
    found = gaps(comparison, language)
    if not found:
        return [say("compare.complete", language)]
    return [say("compare.missing", language, count=len(found)), "\n".join(f"- {one}" for one in found)]


def _matrices(comparison: Comparison, language: str) -> list[str]:
    found = [(stage, reach) for stage in comparison.stages if (reach := stage.cells["blast-radius"].matrix) is not None]
    parts = [f"## {say('compare.matrices', language)}"] if found else []
    for stage, reach in found:
        parts += [f"### {say('compare.matrix', language, stage=stage.stage)}", _matrix(reach, language)]
    return parts


def _matrix(reach: Reach, language: str) -> str:
    rows = [[row, *map(_share, shares)] for row, shares in zip(reach.rows, reach.shares, strict=True)]
    return grid([say("compare.matrix.caller", language), *reach.columns], rows)


def _share(share: float | None) -> str:
    if share is None:
        return "·"
    return "✔" if share == 1 else "✘" if share == 0 else f"◐ {100 * share:.0f} %"


def _origins(comparison: Comparison, language: str) -> list[str]:
    lines = [
        f"- {_head(stage, language)}, {row_title(row, language)}: {said}"
        for stage in comparison.stages
        for row, cell in stage.cells.items()
        if (said := origin(cell, language))
    ]
    return [f"## {say('compare.details', language)}", "\n".join(lines)] if lines else []


def _published(language: str) -> list[str]:
    parts = [f"## {say('compare.published', language)}", say("compare.published.note", language)]
    for one in published(language):
        setup = say("compare.published.setup", language)
        parts.append(f"- [{one.who}, {one.year}]({one.source})\n  - {setup}: {one.setup}\n  - {one.figures}")
    return parts
