"""Walks over a lab with the key of everything, for rules that must say where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshlab.lab.checks import KINDS, Check
from meshlab.lab.model import Experiment, Lab
from meshlab.lab.problem import Key


def checks(lab: Lab) -> Iterator[tuple[Key, Check]]:
    """Every check with its key."""
    for i, step in enumerate(lab.steps):
        for j, check in enumerate(step.checks):
            yield ("steps", i, "checks", j), check


def experiments(lab: Lab) -> Iterator[tuple[Key, Experiment]]:
    """Every experiment with its key."""
    for i, step in enumerate(lab.steps):
        for j, experiment in enumerate(step.experiments):
            yield ("steps", i, "experiments", j), experiment


def kinds(check: Check) -> list[str]:
    """The kinds that a check sets; exactly one in a sound lab."""
    return [kind for kind in KINDS if spec(check, kind) is not None]


def spec(check: Check, kind: str) -> Any:
    """What a check says under a kind's key, or None."""
    return getattr(check, kind.replace("-", "_"))
