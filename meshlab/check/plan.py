"""Which checks run, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from meshlab.check.verdict import Verdict
from meshlab.errors import LabError
from meshlab.lab.checks import Check


def chosen(checks: Iterable[Check], asked: Collection[str] = ()) -> list[Check]:
    """The checks that run: those of an experiment (`when: experiment`, `role: phase`) only when asked for by id."""
    return [check for check in checks if check.id in asked or not of_experiment(check)]


def of_experiment(check: Check) -> bool:
    """Whether it belongs to an experiment's phases."""
    return check.role == "phase" or check.when == "experiment"


def with_needs(checks: Iterable[Check], lab: Mapping[str, Check], known: Mapping[str, Verdict]) -> list[Check]:
    """The checks and those they need, needed ones first.

    A need that is known to be green is taken as it is. One that is unknown or red is looked at (again), because the
    learner may have repaired it since; not so one that is only run when asked for and has a verdict, nor one of an
    experiment. LabError when a need does not exist or needs form a circle.
    """
    order: dict[str, Check] = {}
    given = {check.id: check for check in checks}
    for check in given.values():
        _add(check, {**lab, **given}, given, known, order, ())
    return list(order.values())


def _add(
    check: Check,
    lab: Mapping[str, Check],
    given: Mapping[str, Check],
    known: Mapping[str, Verdict],
    order: dict[str, Check],
    above: tuple[str, ...],
) -> None:
    if check.id in order:
        return
    if check.id in above:
        raise LabError(f"checks need each other in a circle: {' → '.join([*above, check.id])}", key="needs")
    for name in check.needs:
        if name not in lab:
            raise LabError(f"check {check.id!r} needs {name!r}, which does not exist", key="needs")
        if name in given or _looks_again(lab[name], known.get(name)):
            _add(lab[name], lab, given, known, order, (*above, check.id))
    order[check.id] = check


def _looks_again(check: Check, verdict: Verdict | None) -> bool:
    if of_experiment(check) or (verdict is not None and verdict.green):
        return False
    return verdict is None or check.when == "change"
