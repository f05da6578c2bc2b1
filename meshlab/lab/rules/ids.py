"""Ids are unique: checks, experiments, hints and misconceptions in the whole lab, phases in their experiment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from meshlab.lab.model import Lab
from meshlab.lab.problem import Key, Mistake, key_text
from meshlab.lab.rules import walk
from meshlab.lab.values.template_names import runtime_names


def rule(lab: Lab) -> Iterator[Mistake]:
    """Every id that stands twice among its like."""
    for name in set(lab.variables) & set(runtime_names(lab)):
        yield Mistake(("variables", name), f"`{name}` is a name that the run gives a value to", "duplicate-id")
    yield from _twice("step", ((("steps", i), step.id) for i, step in enumerate(lab.steps)))
    yield from _twice("check", ((key, check.id) for key, check in walk.checks(lab)))
    yield from _twice("experiment", ((key, experiment.id) for key, experiment in walk.experiments(lab)))
    yield from _twice("misconception", ((("wrong", i), wrong.id) for i, wrong in enumerate(lab.wrong)))
    hints = ((("steps", i, "hints", j), hint.id) for i, step in enumerate(lab.steps) for j, hint in enumerate(step.hints))
    yield from _twice("hint", hints)
    for key, experiment in walk.experiments(lab):
        yield from _twice("phase", (((*key, "phases", i), phase.id) for i, phase in enumerate(experiment.phases)))


def _twice(what: str, ids: Iterable[tuple[Key, str]]) -> Iterator[Mistake]:
    first: dict[str, Key] = {}
    for key, one in ids:
        if one in first:
            yield Mistake((*key, "id"), f"the {what} id `{one}` stands twice (first at {key_text(first[one])})", "duplicate-id")
        first.setdefault(one, key)
