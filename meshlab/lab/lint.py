"""Finds the mistakes of a lab that its files show; `meshlab prove` finds the others on a cluster."""

from __future__ import annotations

from pathlib import Path

from meshlab.errors import LabError
from meshlab.lab.load import read_lab
from meshlab.lab.pins import Pins, read_pins
from meshlab.lab.problem import Problem, problem_of
from meshlab.lab.rules import images, languages, proofs, queries, reasons, road, seats, solutions, texts
from meshlab.lab.rules.scope import Rule, Scope

RULES: tuple[Rule, ...] = (
    languages.rule,
    texts.rule,
    solutions.setup,
    solutions.solutions,
    solutions.misconceptions,
    solutions.guards,
    solutions.strays,
    images.rule,
    reasons.rule,
    queries.rule,
    seats.rule,
    road.variables,
    road.previous,
    proofs.rule,
)
"""The rules for a lab that loads."""

_RANK = {"error": 0, "warning": 1, "note": 2}


def lint(folder: Path, pins: Path | None = None) -> list[Problem]:
    """All problems of the lab in a folder, errors first, each once.

    pins: the pin file (JSON, `images` with `ref` and `digest`); without it images are only asked for a tag.
    """
    reading = read_lab(folder)
    if reading.loaded is None:
        return list(reading.problems)
    problems: dict[tuple[object, ...], Problem] = {}
    pinned: Pins | None = None
    try:
        pinned = read_pins(pins) if pins else None
    except LabError as error:
        problems[()] = problem_of(error, "pins")
    scope = Scope(reading.loaded, pinned)
    for rule in RULES:
        for problem in rule(scope):
            problems.setdefault((problem.file, problem.line, problem.key, problem.message), problem)
    return sorted(problems.values(), key=_order)


def _order(problem: Problem) -> tuple[int, str, int, str]:
    return _RANK[problem.severity], problem.file, problem.line or 0, problem.key
