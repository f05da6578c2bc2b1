"""Experiments name checks that exist, and a `phase` check runs in some experiment."""

from __future__ import annotations

from collections.abc import Iterator

from meshlab.lab.model import Experiment, Lab, Prediction
from meshlab.lab.problem import Key, Mistake
from meshlab.lab.rules import walk
from meshlab.lab.rules.unknown_names import unknown


def rule(lab: Lab) -> Iterator[Mistake]:
    """What experiments refer to."""
    checks = lab.all_checks()
    for key, experiment in walk.experiments(lab):
        if not experiment.phases:
            yield Mistake((*key, "phases"), f"the experiment `{experiment.id}` has no phase", "experiment")
        for i, phase in enumerate(experiment.phases):
            for j, check in enumerate(phase.checks):
                yield from unknown((*key, "phases", i, "checks", j), "check", check, checks)
        if experiment.prediction is not None:
            yield from _prediction((*key, "prediction"), experiment.prediction, lab)


def _prediction(key: Key, prediction: Prediction, lab: Lab) -> Iterator[Mistake]:
    if prediction.kind == "choice" and len(prediction.choices) < 2:
        yield Mistake(key, "a choice needs at least two `choices`", "experiment")
    elif prediction.kind == "choice" and prediction.equals is None:
        yield Mistake(
            key, "a prediction of kind choice names the one of its `choices` that is right with `equals`", "experiment"
        )
    elif prediction.kind == "choice":
        yield from unknown((*key, "equals"), "choice", prediction.equals or "", prediction.choices)
    if prediction.kind == "matrix":
        matrices = [check.id for _, check in walk.checks(lab) if check.matrix is not None]
        if prediction.matrix is None:
            yield Mistake(key, "a prediction of kind matrix names its check with `matrix`", "experiment")
        else:
            yield from unknown((*key, "matrix"), "matrix check", prediction.matrix, matrices)


def phase_checks(lab: Lab) -> Iterator[Mistake]:
    """A check of role `phase` never runs on its own, so some experiment must name it."""
    named = {check for _, experiment in walk.experiments(lab) for check in _named(experiment)}
    for key, check in walk.checks(lab):
        if check.role == "phase" and check.id not in named:
            message = f"the phase check `{check.id}` stands in no phase of an experiment, so it never runs"
            yield Mistake((*key, "role"), message, "phase-check")


def _named(experiment: Experiment) -> Iterator[str]:
    for phase in experiment.phases:
        yield from phase.checks
