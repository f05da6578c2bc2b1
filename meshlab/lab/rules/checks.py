"""A check has one kind, a goal says why it is red on fresh, and needs make no circle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meshlab.lab.checks import KINDS, AnswerSpec
from meshlab.lab.model import Lab
from meshlab.lab.problem import Fault, Key
from meshlab.lab.rules import walk
from meshlab.lab.rules.places import unknown

_REASON = re.compile(r"blocked|[a-z0-9-]+(\.[a-z0-9-]+)+")


def one_kind(lab: Lab) -> Iterator[Fault]:
    """Exactly one kind a check."""
    for key, check in walk.checks(lab):
        kinds = walk.kinds(check)
        if not kinds:
            yield Fault(key, f"the check `{check.id}` has no kind", "check-kind", f"It needs one of {', '.join(KINDS)}.")
        if len(kinds) > 1:
            message = f"the check `{check.id}` has {len(kinds)} kinds ({', '.join(kinds)}), it needs exactly one"
            yield Fault((*key, kinds[1]), message, "check-kind")


def fresh(lab: Lab) -> Iterator[Fault]:
    """Goals, and only goals, declare the reason for which they are red on fresh."""
    for key, check in walk.checks(lab):
        if check.role == "goal" and not check.fresh:
            yield Fault(key, f"the goal `{check.id}` does not say why it is red on fresh", "fresh", "Add `fresh: REASON`.")
        elif check.role != "goal" and check.fresh:
            yield Fault((*key, "fresh"), f"`{check.id}` is a {check.role}; only goals are red on fresh", "fresh")
        elif check.fresh == "blocked" and not check.needs:
            yield Fault((*key, "fresh"), f"`{check.id}` needs no check that could block it", "fresh")
        elif check.fresh and not _REASON.fullmatch(check.fresh):
            yield Fault((*key, "fresh"), f"`{check.fresh}` is not a reason id such as path.no-proxy", "fresh")


def needs(lab: Lab) -> Iterator[Fault]:
    """Needed checks exist and no check waits for itself."""
    checks = lab.all_checks()
    for key, check in walk.checks(lab):
        for index, need in enumerate(check.needs):
            yield from unknown((*key, "needs", index), "check", need, checks)
        circle = _circle(check.id, {one.id: one.needs for one in checks.values()})
        if circle:
            message = f"checks that need each other: {' -> '.join(circle)}"
            yield Fault((*key, "needs"), message, "needs-circle")


def until(lab: Lab) -> Iterator[Fault]:
    """A check ends with a later step, and what needs it does not outlive it."""
    ids = [step.id for step in lab.steps]
    known = lab.all_checks()
    for key, check in walk.checks(lab):
        if check.until:
            yield from unknown((*key, "until"), "step", check.until, ids)
        if check.until in ids and ids.index(check.until) <= ids.index(lab.step_of(check.id).id):
            yield Fault((*key, "until"), f"`{check.id}` must end with a later step than its own", "until")
        for index, need in enumerate(check.needs):
            end = known[need].until if need in known else ""
            if end in ids and not lab.ended(check, end):
                message = f"`{check.id}` needs `{need}`, which ends with the step `{end}`"
                yield Fault((*key, "needs", index), message, "until", f"Add `until: {end}`.")


def _circle(start: str, needs: dict[str, tuple[str, ...]]) -> list[str]:
    """A way from `start` back to it; empty when there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        for need in needs.get(way[-1], ()):
            if need == start:
                return [*way, start]
            if need not in seen:
                seen.add(need)
                ways.append([*way, need])
    return []


def answers(lab: Lab) -> Iterator[Fault]:
    """A question has one right answer, among its choices where it has some."""
    for key, check in walk.checks(lab):
        if check.answer is not None:
            yield from _answer((*key, "answer"), check.answer)


def _answer(key: Key, spec: AnswerSpec) -> Iterator[Fault]:
    if bool(spec.equals) == (spec.measured is not None):
        yield Fault(key, "a question has either `equals` or `measured`", "answer")
    if (spec.kind == "choice") != bool(spec.choices):
        yield Fault(key, "`choices` and `kind: choice` belong together", "answer")
    elif spec.kind == "choice" and spec.equals:
        yield from unknown((*key, "equals"), "choice", spec.equals, spec.choices)
