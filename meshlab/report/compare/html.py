"""The comparison as one HTML page that needs nothing else: styles and plots stand in it, there is no script and no network."""

from __future__ import annotations

from html import escape
from pathlib import Path

from meshlab.lab.comparison import Row
from meshlab.report.compare.published import published
from meshlab.report.compare.svg import Bar, bars, heat
from meshlab.report.compare.words import gaps, interval_text, origin, row_title, value_text
from meshlab.run.compare import Cell, Comparison, Stage
from meshlab.words import say

LANG = {"en": "en", "zh": "zh-CN"}


def compare_html(comparison: Comparison, language: str) -> str:
    """The page, in light and dark as the reader's system has it."""
    title = escape(say("compare.title", language))
    parts = [f"<h1>{title}</h1>", _note("compare.note", language)]
    if comparison.stages:
        parts += [
            _table(comparison, language),
            _missing(comparison, language),
            _plots(comparison, language),
            _matrices(comparison, language),
            _origins(comparison, language),
        ]
    else:
        parts.append(f"<p>{escape(say('compare.none', language))}</p>")
    style = (Path(__file__).parent / "compare.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style>"
    )
    body = "\n".join([*parts, _published(language)])
    return f'<!doctype html>\n<html lang="{LANG[language]}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def _note(key: str, language: str) -> str:
    return f'<p class="note">{escape(say(key, language))}</p>'


def _heading(key: str, language: str) -> str:
    return f"<h2>{escape(say(key, language))}</h2>"


def _table(comparison: Comparison, language: str) -> str:
    heads = "".join(f'<th scope="col">{_stage(stage, language)}</th>' for stage in comparison.stages)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(row_title(row.id, language))}</th>'
        + "".join(_cell(stage.cells.get(row.id), language) for stage in comparison.stages)
        + "</tr>"
        for row in comparison.rows
    )
    first = escape(say("compare.row", language))
    table = f'<table id="stages"><thead><tr><th>{first}</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="wide">{table}</div>'


def _stage(stage: Stage, language: str) -> str:
    return f"{escape(say('compare.stage', language, stage=stage.stage))}<small><br>{escape(stage.title)}</small>"


def _cell(cell: Cell | None, language: str) -> str:
    if cell is None:
        return "<td>–</td>"
    value, interval = escape(value_text(cell, language)), interval_text(cell, language)
    if not cell.measured:
        return f'<td class="gap">{value}</td>'
    small = f"<small>{escape(interval)}</small>" if interval else ""
    return f'<td title="{escape(origin(cell, language))}">{value}{small}</td>'


def _missing(comparison: Comparison, language: str) -> str:
    found = gaps(comparison, language)
    if not found:
        return f"<p>{escape(say('compare.complete', language))}</p>"
    items = "".join(f"<li>{escape(one)}</li>" for one in found)
    return f"<details><summary>{escape(say('compare.missing', language, count=len(found)))}</summary><ul>{items}</ul></details>"


def _plots(comparison: Comparison, language: str) -> str:
    figures = "\n".join(_plot(comparison, row, language) for row in comparison.rows if row.shape != "word")
    return f'{_heading("compare.plots", language)}{_note("compare.plots.note", language)}<div class="plots">{figures}</div>'


def _plot(comparison: Comparison, row: Row, language: str) -> str:
    title = row_title(row.id, language) + (f" ({row.unit})" if row.unit else "")
    drawing = bars(title, [_bar(stage, row, language) for stage in comparison.stages])
    return f'<figure data-row="{row.id}"><figcaption>{escape(title)}</figcaption>{drawing}</figure>'


def _bar(stage: Stage, row: Row, language: str) -> Bar:
    """Words have no height: their place stays empty."""
    cell = stage.cells.get(row.id)
    if cell is None or cell.value is None or isinstance(cell.value, str):
        return Bar(stage.stage, None, "")
    return Bar(stage.stage, cell.value, value_text(cell, language), cell.interval)


def _matrices(comparison: Comparison, language: str) -> str:
    found = [(stage, reach) for stage in comparison.stages if (reach := stage.cells["blast-radius"].matrix) is not None]
    if not found:
        return ""
    legend = "".join(
        f'<span class="{kind}">{glyph} {escape(say(f"compare.legend.{kind}", language))}</span>'
        for kind, glyph in (("through", "✔"), ("some", "◐"), ("cut", "✘"))
    )
    figures = "\n".join(
        f'<figure data-matrix="{escape(stage.stage)}"><figcaption>{escape(title)}</figcaption>{heat(title, reach)}</figure>'
        for stage, reach in found
        for title in [say("compare.matrix", language, stage=stage.stage)]
    )
    return f'{_heading("compare.matrices", language)}<p class="legend">{legend}</p><div class="plots">{figures}</div>'


def _origins(comparison: Comparison, language: str) -> str:
    items = "".join(
        f"<dt>{escape(say('compare.stage', language, stage=stage.stage))}: {escape(row_title(row, language))}</dt>"
        f"<dd>{escape(said)}</dd>"
        for stage in comparison.stages
        for row, cell in stage.cells.items()
        if (said := origin(cell, language))
    )
    return f"<details><summary>{escape(say('compare.details', language))}</summary><dl>{items}</dl></details>" if items else ""


def _published(language: str) -> str:
    setup = escape(say("compare.published.setup", language))
    items = "".join(
        f'<dt>{escape(one.who)}, {one.year}</dt><dd><a href="{escape(one.source)}">{escape(one.source)}</a></dd>'
        f"<dd>{setup}: {escape(one.setup)}</dd><dd>{escape(one.figures)}</dd>"
        for one in published(language)
    )
    note = _note("compare.published.note", language)
    return f'<section class="published">{_heading("compare.published", language)}{note}<dl>{items}</dl></section>'
