"""A check has one kind and can fail, a goal says why it is red on fresh, and no checks need each other in a circle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from meshlab.lab.checks import KINDS, AnswerSpec, Condition, CostSpec
from meshlab.lab.model import Lab
from meshlab.lab.problem import Key, Mistake
from meshlab.lab.rules import walk
from meshlab.lab.rules.unknown_names import unknown

_REASON = re.compile(r"blocked|[a-z0-9-]+(\.[a-z0-9-]+)+")


def one_kind(lab: Lab) -> Iterator[Mistake]:
    """Exactly one kind a check."""
    for key, check in walk.checks(lab):
        kinds = walk.kinds(check)
        if not kinds:
            yield Mistake(key, f"the check `{check.id}` has no kind", "check-kind", f"It needs one of {', '.join(KINDS)}.")
        if len(kinds) > 1:
            message = f"the check `{check.id}` has {len(kinds)} kinds ({', '.join(kinds)}), it needs exactly one"
            yield Mistake((*key, kinds[1]), message, "check-kind")


def fresh(lab: Lab) -> Iterator[Mistake]:
    """Goals, and only goals, declare the reason for which they are red on fresh."""
    for key, check in walk.checks(lab):
        if check.role == "goal" and not check.fresh:
            yield Mistake(key, f"the goal `{check.id}` does not say why it is red on fresh", "fresh", "Add `fresh: REASON`.")
        elif check.role != "goal" and check.fresh:
            yield Mistake((*key, "fresh"), f"`{check.id}` is a {check.role}; only goals are red on fresh", "fresh")
        elif check.fresh == "blocked" and not check.needs:
            yield Mistake((*key, "fresh"), f"`{check.id}` needs no check that could block it", "fresh")
        elif check.fresh and not _REASON.fullmatch(check.fresh):
            yield Mistake((*key, "fresh"), f"`{check.fresh}` is not a reason id such as path.no-proxy", "fresh")


def needs(lab: Lab) -> Iterator[Mistake]:
    """Needed checks exist and no check waits for itself."""
    checks = lab.all_checks()
    for key, check in walk.checks(lab):
        for index, need in enumerate(check.needs):
            yield from unknown((*key, "needs", index), "check", need, checks)
        circle = _circle(check.id, {one.id: one.needs for one in checks.values()})
        if circle:
            message = f"checks that need each other: {' -> '.join(circle)}"
            yield Mistake((*key, "needs"), message, "needs-circle")


def until(lab: Lab) -> Iterator[Mistake]:
    """A check ends with a later step, and what needs it does not outlive it."""
    ids = [step.id for step in lab.steps]
    known = lab.all_checks()
    for key, check in walk.checks(lab):
        if check.until:
            yield from unknown((*key, "until"), "step", check.until, ids)
        if check.until in ids and ids.index(check.until) <= ids.index(lab.step_of(check.id).id):
            yield Mistake((*key, "until"), f"`{check.id}` must end with a later step than its own", "until")
        for index, need in enumerate(check.needs):
            end = known[need].until if need in known else ""
            if end in ids and not lab.ended(check, end):
                message = f"`{check.id}` needs `{need}`, which ends with the step `{end}`"
                yield Mistake((*key, "needs", index), message, "until", f"Add `until: {end}`.")


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


def answers(lab: Lab) -> Iterator[Mistake]:
    """A question has one right answer, among its choices where it has some."""
    for key, check in walk.checks(lab):
        if check.answer is not None:
            yield from _answer((*key, "answer"), check.answer)


def _answer(key: Key, spec: AnswerSpec) -> Iterator[Mistake]:
    if bool(spec.equals) == (spec.measured is not None):
        yield Mistake(key, "a question has either `equals` or `measured`", "answer")
    if (spec.kind == "choice") != bool(spec.choices):
        yield Mistake(key, "`choices` and `kind: choice` belong together", "answer")
    elif spec.kind == "choice" and spec.equals:
        yield from unknown((*key, "equals"), "choice", spec.equals, spec.choices)


def asks(lab: Lab) -> Iterator[Mistake]:
    """Specs and conditions that ask for nothing."""
    for key, check in walk.checks(lab):
        for kind in walk.kinds(check):
            spec = walk.spec(check, kind)
            if kind in ASKS and not ASKS[kind][0](spec):
                yield Mistake((*key, kind), f"`{check.id}` cannot fail: it needs {ASKS[kind][1]}", "asks-nothing")
            for index, ref in enumerate(getattr(spec, "refs", ())):
                if ref.labels or not ref.name:
                    message = "writes are counted by name: the recorder keeps no labels"
                    yield Mistake((*key, kind, "refs", index), message, "writes-by-name")
            for index, condition in enumerate(getattr(spec, "conditions", ())):
                if not _asks(condition):
                    message = "the condition asks nothing: it needs equals, not-equals, exists, at-least, at-most or same-as"
                    yield Mistake((*key, kind, "conditions", index), message, "asks-nothing")


def _asks(condition: Condition) -> bool:
    given = (condition.equals, condition.not_equals, condition.exists, condition.at_least, condition.at_most)
    return bool(condition.same_as) or any(value is not None for value in given)


def _limited(*names: str) -> Callable[[Any], bool]:
    return lambda spec: any((value := getattr(spec, name)) is not None and value is not False for name in names)


def _costs(spec: CostSpec) -> bool:
    return bool(spec.proxies or spec.images) and _limited("count", "memory", "cpu", "measure")(spec)


ASKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "success": (_limited("max_failed", "min_failed", "measure"), "`max-failed`, `min-failed` or `measure`"),
    "latency": (_limited("ratio_at_least", "ratio_at_most", "measure"), "`ratio-at-least`, `ratio-at-most` or `measure`"),
    "cost": (_costs, "`proxies` or `images`, and `count`, `memory`, `cpu` or `measure`"),
    "writes": (_limited("at_most", "at_least"), "`at-most` or `at-least`"),
    "count": (
        _limited("each_at_least", "each_at_most", "largest_at_least", "largest_at_most"),
        "`each-at-least`, `each-at-most`, `largest-at-least` or `largest-at-most`",
    ),
    "image": (lambda spec: bool(spec.of), "`of`"),
    "denied": (lambda spec: bool(spec.to or spec.urls or spec.pods), "`to`, `urls` or `pods`"),
    "proxy-config": (lambda spec: bool(spec.conditions or spec.every_service), "`conditions` or `every-service`"),
    "matrix": (lambda spec: bool(spec.rows and spec.columns and spec.cells), "`rows`, `columns` and `cells`"),
}
"""Kind to whether a spec asks for anything, and what it would have to say."""
