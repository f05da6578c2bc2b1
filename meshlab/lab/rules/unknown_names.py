"""Clusters, namespaces, hints and misconceptions name things that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from meshlab.lab.address import Endpoint, ObjectRef
from meshlab.lab.model import Lab, Proxy
from meshlab.lab.problem import Key, Mistake
from meshlab.lab.rules import walk
from meshlab.lab.yaml.typed import did_you_mean


def rule(lab: Lab) -> Iterator[Mistake]:
    """Everything outside the checks' own names that refers to nothing."""
    if not lab.clusters:
        yield Mistake(("clusters",), "a lab needs at least one cluster", "no-cluster")
    if not lab.steps:
        yield Mistake(("steps",), "a lab needs at least one step", "no-step")
    if lab.namespaces and lab.namespaces[0] != lab.namespace:
        message = f"the first of `namespaces` is the default, which `namespace` says is `{lab.namespace}`"
        yield Mistake(("namespaces", 0), message, "namespaces")
    yield from _clusters(lab)
    yield from _graph(lab)
    yield from _hints(lab)
    yield from _misconceptions(lab)


def unknown(key: Key, what: str, name: str, known: Iterable[str]) -> Iterator[Mistake]:
    """A mistake when `name` is not among the known ones."""
    known = list(known)
    if name not in known:
        listed = f"Known: {', '.join(known)}." if known else "The lab has none."
        yield Mistake(key, f"no {what} `{name}`{did_you_mean(name, known)}", f"unknown-{what}", listed)


def _clusters(lab: Lab) -> Iterator[Mistake]:
    for key, one in _addressed(lab, ()):
        if one.cluster:
            yield from unknown((*key, "cluster"), "cluster", one.cluster, lab.clusters)


def _addressed(value: Any, key: Key) -> Iterator[tuple[Key, ObjectRef | Endpoint | Proxy]]:
    """Everything below a value that names a cluster."""
    if isinstance(value, ObjectRef | Endpoint | Proxy):
        yield key, value
    elif isinstance(value, Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        for attribute, name in names:
            yield from _addressed(getattr(value, attribute), (*key, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _addressed(item, (*key, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _addressed(item, (*key, str(name)))


def _graph(lab: Lab) -> Iterator[Mistake]:
    for caller, callees in lab.graph.items():
        yield from unknown(("graph", caller), "service", caller, lab.services)
        for index, callee in enumerate(callees):
            yield from unknown(("graph", caller, index), "service", callee, lab.services)


def _hints(lab: Lab) -> Iterator[Mistake]:
    checks = lab.all_checks()
    for i, step in enumerate(lab.steps):
        for j, hint in enumerate(step.hints):
            if hint.check is not None:
                yield from unknown(("steps", i, "hints", j, "check"), "check", hint.check, checks)


def _misconceptions(lab: Lab) -> Iterator[Mistake]:
    checks = [check.id for _, check in walk.checks(lab)]
    for i, wrong in enumerate(lab.wrong):
        yield from unknown(("wrong", i, "step"), "step", wrong.step, (step.id for step in lab.steps))
        if not wrong.red:
            yield Mistake(("wrong", i, "red"), "a misconception turns at least one check red", "no-red")
        for check in wrong.red:
            yield from unknown(("wrong", i, "red", check), "check", check, checks)
