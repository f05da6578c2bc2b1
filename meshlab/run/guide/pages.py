"""Texts for the learner: pages, checks, experiments, explanations, the debrief of a finished step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.errors import UsageError
from meshlab.run import texts
from meshlab.run.api import CheckText, Debrief, ExperimentText, Explanation, Language, Page
from meshlab.run.checks import judge
from meshlab.run.desired import reference

if TYPE_CHECKING:
    from meshlab.lab.model import Experiment
    from meshlab.run.run import Run


def page(run: Run, step: str, language: Language) -> Page:
    """Returns one page of the guide. Raises UsageError, LabError."""
    found = judge.step_of(run, step)
    text = texts.lab(run, language).steps.get(found.id)
    return Page(
        step=found.id,
        title=text.title if text else found.id,
        number=run.lab.steps.index(found) + 1,
        of=len(run.lab.steps),
        markdown=texts.page(run, found.id, language),
    )


def check_text(run: Run, check: str, language: Language) -> CheckText:
    """Returns the texts of a check; its id where the lab has none. Raises UsageError."""
    judge.check_of(run, check)
    text = texts.lab(run, language).checks.get(check)
    if text is None:
        return CheckText(title=check)
    return CheckText(title=text.title, why=text.why, question=text.question, choices=dict(text.choices))


def experiment_text(run: Run, experiment: str, language: Language) -> ExperimentText:
    """Returns the texts of an experiment; the explanation only after it has finished. Raises UsageError."""
    about = experiment_of(run, experiment)
    text = texts.lab(run, language).experiments.get(experiment)
    rows, columns = _axes(run, about)
    return ExperimentText(
        id=experiment,
        title=text.title if text else experiment,
        question=text.question if text else "",
        kind=about.prediction.kind if about.prediction else "none",
        choices=dict(text.choices) if text else {},
        rows=rows,
        columns=columns,
        explanation=text.explanation if text and experiment in run.state().experiments else "",
    )


def experiment_of(run: Run, name: str) -> Experiment:
    """Returns the experiment of that id. UsageError when the lab has none."""
    found = run.lab.all_experiments().get(name)
    if found is None:
        known_ones = ", ".join(run.lab.all_experiments()) or "–"
        raise UsageError("lab.no-experiment", lab=run.lab_id, experiment=name, known=known_ones)
    return found


def explain(run: Run, check: str, language: Language) -> Explanation:
    """Explains a check: what its last verdict means, and what to examine next. Raises UsageError."""
    text = check_text(run, check, language)
    verdict = run.state().verdicts.get(check)
    if verdict is None:
        return Explanation(check=check, text=text)
    verdict = judge.with_evidence(run, verdict)
    own = texts.lab(run, language).checks.get(check)
    return Explanation(
        check=check,
        text=text,
        verdict=verdict,
        help=own.help.get(verdict.reason, "") if own else "",
    )


def debrief(run: Run, step: str, language: Language) -> Debrief:
    """Returns what the step was about, and the reference beside the learner's objects. UsageError when it is not done."""
    found = judge.step_of(run, step)
    if found.id not in run.state().done:
        raise UsageError("debrief.not-done")
    text = texts.lab(run, language)
    return Debrief(
        step=found.id,
        title=text.steps[found.id].title if found.id in text.steps else found.id,
        text=text.debrief.get(found.id, ""),
        objects=reference.pairs(run, found.id),
    )


def _axes(run: Run, experiment: Experiment) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns rows and columns of the matrix that the learner predicts."""
    prediction = experiment.prediction
    if prediction is None or prediction.kind != "matrix" or prediction.matrix is None:
        return (), ()
    spec = judge.check_of(run, prediction.matrix).matrix
    return (spec.rows, spec.columns) if spec is not None else ((), ())
