"""A check that could never fail is none: each asks for something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from meshlab.lab.checks import Condition, CostSpec
from meshlab.lab.model import Lab
from meshlab.lab.problem import Fault
from meshlab.lab.rules import walk


def rule(lab: Lab) -> Iterator[Fault]:
    """Specs and conditions that ask for nothing."""
    for key, check in walk.checks(lab):
        for kind in walk.kinds(check):
            spec = walk.spec(check, kind)
            if kind in ASKS and not ASKS[kind][0](spec):
                yield Fault((*key, kind), f"`{check.id}` cannot fail: it needs {ASKS[kind][1]}", "asks-nothing")
            for index, ref in enumerate(getattr(spec, "refs", ())):
                if ref.labels or not ref.name:
                    message = "writes are counted by name: the observer keeps no labels"
                    yield Fault((*key, kind, "refs", index), message, "writes-by-name")
            for index, condition in enumerate(getattr(spec, "conditions", ())):
                if not _asks(condition):
                    message = "the condition asks nothing: it needs equals, not-equals, exists, at-least, at-most or same-as"
                    yield Fault((*key, kind, "conditions", index), message, "asks-nothing")


def _asks(one: Condition) -> bool:
    given = (one.equals, one.not_equals, one.exists, one.at_least, one.at_most)
    return bool(one.same_as) or any(value is not None for value in given)


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
