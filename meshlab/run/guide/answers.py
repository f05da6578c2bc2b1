"""Records the learner's answers to questions and predictions of experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshlab.errors import UsageError
from meshlab.lab.checks import AnswerSpec
from meshlab.run.checks import judge
from meshlab.run.guide import pages
from meshlab.run.store import events

if TYPE_CHECKING:
    from meshlab.run.run import Run

LONGEST = 500
"""Characters of an answer."""


def answer(run: Run, check: str, text: str) -> None:
    """Records an answer. UsageError for a check without a question, and for an invalid answer."""
    spec = judge.check_of(run, check).answer
    if spec is None:
        raise UsageError("answer.no-question", check=check, known=_asking(run))
    run.append(events.Answered(check=check, text=_valid(spec, text.strip())))


def predict(run: Run, experiment: str, prediction: dict[str, Any]) -> None:
    """Records a prediction. UsageError for one that does not fit the experiment."""
    asked = pages.experiment_of(run, experiment).prediction
    if asked is None:
        raise UsageError("answer.no-prediction", experiment=experiment)
    if asked.kind == "choice":
        clean: dict[str, Any] = {"choice": _chosen(prediction.get("choice"), asked.choices)}
    else:
        text = pages.experiment_text(run, experiment, run.language)
        clean = {"cells": _cells(prediction.get("cells"), text.rows, text.columns)}
    run.append(events.Predicted(experiment=experiment, prediction=clean))


def _valid(spec: AnswerSpec, text: str) -> str:
    if not text or len(text) > LONGEST:
        raise UsageError("answer.length", most=LONGEST)
    if spec.kind == "choice":
        return _chosen(text, spec.choices)
    if spec.kind == "number" and not _is_number(text):
        raise UsageError("answer.number", answer=str(text))
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _chosen(text: Any, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise UsageError("answer.choice", answer=str(text), choices=", ".join(choices))
    return str(text)


def _cells(cells: Any, rows: tuple[str, ...], columns: tuple[str, ...]) -> list[list[str]]:
    """Expands the cells of a prediction: `*` is every row or column; a row may name one node (`probe@worker`)."""
    if not isinstance(cells, list | tuple):
        raise UsageError("answer.cells")
    found: list[list[str]] = []
    for cell in cells:
        if not isinstance(cell, list | tuple) or len(cell) != 2:
            raise UsageError("answer.cell", cell=str(cell))
        wanted = [[row, column] for row in _all(cell[0], rows) for column in _all(cell[1], columns)]
        for row, column in wanted:
            if row.partition("@")[0] not in rows or column not in columns:
                names = {"rows": ", ".join(rows), "columns": ", ".join(columns)}
                raise UsageError("answer.no-cell", row=row, column=column, **names)
        found += [pair for pair in wanted if pair not in found]
    return found


def _all(name: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    return names if name in ("*", "all") else (str(name),)


def _asking(run: Run) -> str:
    return ", ".join(name for name, check in run.lab.all_checks().items() if check.answer is not None) or "–"
