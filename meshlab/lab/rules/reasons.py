"""Reasons that a lab names have a sentence in meshlab/words, so that no learner meets a bare id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshlab.lab.problem import Key, Problem
from meshlab.lab.rules import walk
from meshlab.lab.rules.scope import Scope
from meshlab.lab.yaml.typed import did_you_mean
from meshlab.words import topic


def rule(scope: Scope) -> Iterator[Problem]:
    """Every reason in lab.yaml."""
    known = [name for name in topic("reasons", "en") if not name.endswith(".help")]
    for key, reason in _reasons(scope) if known else ():
        if reason not in known and reason != "blocked":
            yield scope.at(key, "reason", f"there is no sentence for the reason `{reason}`{did_you_mean(reason, known)}")


def _reasons(scope: Scope) -> Iterator[tuple[Key, str]]:
    lab = scope.loaded.lab
    for key, check in walk.checks(lab):
        if check.fresh:
            yield (*key, "fresh"), check.fresh
        for kind in walk.kinds(check):
            yield from _conditions((*key, kind), walk.spec(check, kind))
    for i, step in enumerate(lab.steps):
        for j, hint in enumerate(step.hints):
            if hint.reason:
                yield ("steps", i, "hints", j, "reason"), hint.reason
    for i, wrong in enumerate(lab.wrong):
        for name, reason in wrong.red.items():
            yield ("wrong", i, "red", name), reason


def _conditions(key: Key, spec: Any) -> Iterator[tuple[Key, str]]:
    for index, condition in enumerate(getattr(spec, "conditions", ())):
        yield (*key, "conditions", index, "reason"), condition.reason
