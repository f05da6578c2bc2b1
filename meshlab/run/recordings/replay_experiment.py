"""Replays an experiment: its faults, matrices and verdicts, scored against the viewer's prediction."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from msgspec.structs import replace

from meshlab.check.verdict import Cell, Outcome, Verdict
from meshlab.errors import UsageError
from meshlab.run.api import ExperimentEvent, Matrix
from meshlab.run.checks import judge
from meshlab.run.experiments import fault_words, scoring
from meshlab.run.guide import pages
from meshlab.run.recordings.played import Played
from meshlab.run.run import Run
from meshlab.run.store import events
from meshlab.words import tell


async def play(run: Run, played: Played, experiment: str) -> AsyncGenerator[ExperimentEvent, None]:
    """Yields the recorded events in the viewer's language. UsageError without a prediction, or when it was not recorded."""
    about = pages.experiment_of(run, experiment)
    predicted = run.state().predictions.get(experiment)
    if about.prediction is not None and predicted is None:
        raise UsageError("experiment.not-predicted", experiment=experiment)
    step = next(one.id for one in run.lab.steps if about in one.experiments)
    number = played.act(step, f"experiment {experiment}")
    segment = played.segments(step)[number]
    verdicts: dict[str, list[Verdict]] = {}
    finished: dict[str, Any] = {}
    run.append(events.ExperimentStarted(experiment=experiment))
    async with aclosing(played.pace.play(segment.happened, segment.began)) as happened:
        async for event in happened:
            finished = event.result or finished
            if event.verdict is not None and event.verdict.outcome is not Outcome.PENDING:
                verdicts.setdefault(event.phase, []).append(event.verdict)
                judge.keep(run, event.verdict)
            if event.kind != "finished":
                yield _for_viewer(event, predicted)
    result = {
        **finished,
        "predicted": predicted or {},
        "right": scoring.right_choice(about),
        "score": scoring.score(run, about, predicted, verdicts),
        "finished": round(time.time(), 3),
    }
    run.append(events.ExperimentFinished(experiment=experiment, result=result))
    played.reach(step, number)
    yield ExperimentEvent(experiment=experiment, kind="finished", result=result)


def _for_viewer(event: ExperimentEvent, predicted: dict[str, Any] | None) -> ExperimentEvent:
    """With the viewer's prediction, and with words of now for a fault."""
    if event.fault is not None:
        words = fault_words.announcement(event.kind, event.fault)
        return replace(event, text=tell(words), words=words)
    if event.matrix is None:
        return event
    red = {(row, column) for row, column in (predicted or {}).get("cells", ())} if predicted else None
    return replace(event, matrix=_with_prediction(event.matrix, red))


def _with_prediction(matrix: Matrix, red: set[tuple[str, str]] | None) -> Matrix:
    return replace(matrix, cells=tuple(replace(cell, predicted=_said_red(cell, red)) for cell in matrix.cells))


def _said_red(cell: Cell, red: set[tuple[str, str]] | None) -> bool | None:
    if red is None:
        return None
    return bool({(cell.row, cell.column), (cell.row.partition("@")[0], cell.column)} & red)
