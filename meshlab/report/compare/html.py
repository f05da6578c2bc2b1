"""The comparison as one HTML page that needs nothing else; compare.html.jinja has its form, compare.css its style."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshlab.lab.comparison import Row
from meshlab.report.compare import words
from meshlab.report.compare.published import published
from meshlab.report.compare.svg import Bar, bars, heat
from meshlab.run.compare import Cell, Comparison, Stage
from meshlab.words import say

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
LANG = {"en": "en", "zh": "zh-CN"}


def compare_html(comparison: Comparison, language: str) -> str:
    """The page, in light and dark as the reader's system has it."""
    from markupsafe import Markup

    page = _environment(language).get_template("compare.html.jinja")
    return page.render(
        lang=LANG[language],
        style=Markup((FOLDER / "compare.css").read_text(encoding="utf-8")),
        stages=comparison.stages,
        rows=comparison.rows,
        cells=lambda row: [stage.cells.get(row.id) for stage in comparison.stages],
        gaps=words.gaps(comparison, language),
        plots=[_plot(comparison, row, language) for row in comparison.rows if row.shape != "word"],
        matrices=[matrix for stage in comparison.stages if (matrix := _matrix(stage, language)) is not None],
        origins=_origins(comparison, language),
        published=published(language),
    )


def _environment(language: str) -> Environment:
    """Everything is escaped but the style and the drawings; a name that is not there is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["say"] = lambda key, **parameters: say(key, language, **parameters)
    for function in (words.row_title, words.value_text, words.interval_text, words.origin):
        environment.globals[function.__name__] = partial(function, language=language)
    return environment


def _plot(comparison: Comparison, row: Row, language: str) -> dict[str, Any]:
    from markupsafe import Markup

    title = words.row_title(row.id, language) + (f" ({row.unit})" if row.unit else "")
    drawing = bars(title, [_bar(stage, row, language) for stage in comparison.stages])
    return {"row": row.id, "title": title, "drawing": Markup(drawing)}


def _bar(stage: Stage, row: Row, language: str) -> Bar:
    """Words have no height: their place stays empty."""
    cell = stage.cells.get(row.id)
    if cell is None or cell.value is None or isinstance(cell.value, str):
        return Bar(stage.stage, None, "")
    return Bar(stage.stage, cell.value, words.value_text(cell, language), cell.interval)


def _matrix(stage: Stage, language: str) -> dict[str, Any] | None:
    """None where the stage's reach is not measured."""
    from markupsafe import Markup

    reach = stage.cells["blast-radius"].matrix
    if reach is None:
        return None
    title = say("compare.matrix", language, stage=stage.stage)
    return {"stage": stage.stage, "title": title, "drawing": Markup(heat(title, reach))}


def _origins(comparison: Comparison, language: str) -> list[tuple[str, str, str]]:
    """(stage, row, when and on what it was measured) of every measured cell."""
    cells: list[tuple[Stage, str, Cell]] = [
        (stage, row, cell) for stage in comparison.stages for row, cell in stage.cells.items()
    ]
    return [(stage.stage, row, measured) for stage, row, cell in cells if (measured := words.origin(cell, language))]
