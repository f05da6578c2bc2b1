"""Running an experiment: prediction first, faults, the live matrix, checks, and everything undone at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator

from meshlab.run.api import ExperimentEvent
from meshlab.run.context import Run


async def run_experiment(run: Run, experiment: str) -> AsyncIterator[ExperimentEvent]:
    """UsageError when the prediction is missing. Every fault is undone at the end, on failure and on cancel too.

    The last event is `finished` with the result {predicted, score, phases: [{id, verdicts}], finished}.
    """
    raise NotImplementedError
    yield ExperimentEvent(experiment=experiment, kind="note")
