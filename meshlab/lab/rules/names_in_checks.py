"""The services, proxies, actors, experiments that checks name exist, and can do what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from msgspec import Struct

from meshlab.lab import checks as spec
from meshlab.lab.model import Lab
from meshlab.lab.problem import Key, Mistake
from meshlab.lab.rules import walk
from meshlab.lab.rules.unknown_names import unknown

Sort = Literal["caller", "callee", "row", "column", "backend", "proxy", "actor", "experiment", "image"]


class Use(Struct, frozen=True):
    """A name in a check: where it stands and what it must be."""

    key: Key
    sort: Sort
    name: str


def rule(lab: Lab) -> Iterator[Mistake]:
    """Every name in a check that refers to nothing, or to something of another sort."""
    for key, check in walk.checks(lab):
        for kind in walk.kinds(check):
            for use in USES.get(kind, lambda _: ())(walk.spec(check, kind)):
                yield from _wrong(lab, Use((*key, kind, *use.key), use.sort, use.name))
        if check.matrix is not None:
            yield from _blocks((*key, "matrix"), check.matrix)


def _wrong(lab: Lab, use: Use) -> Iterator[Mistake]:
    match use.sort:
        case "proxy":
            yield from unknown(use.key, "proxy", use.name, lab.proxies)
        case "actor":
            yield from unknown(use.key, "actor", use.name, lab.actors)
        case "experiment":
            yield from unknown(use.key, "experiment", use.name, lab.all_experiments())
        case "image":
            yield from unknown(use.key, "image", use.name, lab.images)
        case _:
            yield from _service(lab, use)


def _service(lab: Lab, use: Use) -> Iterator[Mistake]:
    name = use.name
    yield from unknown(use.key, "service", name, lab.services)
    endpoint = lab.services.get(name)
    if endpoint is None:
        return
    if use.sort in ("caller", "row") and not (endpoint.select or endpoint.probe or endpoint.outside):
        yield Mistake(use.key, f"`{name}` has no `select`, so no pod can call from it", "service-cannot-call")
    if use.sort in ("callee", "column") and not (endpoint.url or endpoint.port):
        yield Mistake(use.key, f"`{name}` has no `url`, so it cannot be called", "service-without-url")
    if use.sort == "backend" and not endpoint.select:
        yield Mistake(use.key, f"`{name}` has no `select`, so no pod of it counts", "service-cannot-call")


def _blocks(key: Key, matrix: spec.MatrixSpec) -> Iterator[Mistake]:
    for index, cells in enumerate(matrix.cells):
        for i, name in enumerate(cells.from_):
            yield from unknown((*key, "cells", index, "from", i), "row", name.partition("@")[0], matrix.rows)
        for i, name in enumerate(cells.to):
            yield from unknown((*key, "cells", index, "to", i), "column", name, matrix.columns)


def _all(sort: Sort, key: str, names: Iterable[str]) -> Iterator[Use]:
    for index, name in enumerate(names):
        yield Use((key, index), sort, name)


def _through(items: Iterable[spec.Through]) -> Iterator[Use]:
    for index, item in enumerate(items):
        yield Use(("through", index, "proxy"), "proxy", item.proxy)


def _path(path: spec.PathSpec) -> Iterator[Use]:
    yield Use(("from",), "caller", path.from_)
    if isinstance(path.to, str):
        yield Use(("to",), "callee", path.to)
    else:
        yield from _all("callee", "to", path.to)
    yield from _through(path.through)
    yield from _all("proxy", "avoid", path.avoid)


def _share(share: spec.ShareSpec) -> Iterator[Use]:
    yield Use(("from",), "caller", share.from_)
    yield Use(("to",), "callee", share.to)
    yield from _through(share.through)


def _pair(key: str, pair: spec.Pair | None) -> Iterator[Use]:
    if pair is not None:
        yield Use((key, "from"), "caller", pair.from_)
        yield Use((key, "to"), "callee", pair.to)


def _latency(latency: spec.LatencySpec) -> Iterator[Use]:
    for key, pair in (("pair", latency.pair), ("control", latency.control), ("load", latency.load)):
        yield from _pair(key, pair)


def _denied(denied: spec.DeniedSpec) -> Iterator[Use]:
    yield Use(("from",), "caller", denied.from_)
    yield from _all("callee", "to", denied.to)
    yield from _pair("control", denied.control)


def _matrix(matrix: spec.MatrixSpec) -> Iterator[Use]:
    yield from _all("row", "rows", matrix.rows)
    yield from _all("column", "columns", matrix.columns)
    if matrix.via:
        yield Use(("via",), "proxy", matrix.via)


def _cost(cost: spec.CostSpec) -> Iterator[Use]:
    yield from _all("proxy", "proxies", cost.proxies)
    yield from _pair("load", cost.load)


def _answer(answer: spec.AnswerSpec) -> Iterator[Use]:
    if answer.measured is not None:
        if answer.measured.from_:
            yield Use(("measured", "from"), "caller", answer.measured.from_)
        if answer.measured.to:
            yield Use(("measured", "to"), "callee", answer.measured.to)


def _limit(limit: spec.LimitSpec) -> Iterator[Use]:
    yield Use(("from",), "caller", limit.from_)
    yield Use(("to",), "callee", limit.to)
    yield Use(("proxy",), "proxy", limit.proxy)
    yield Use(("backend",), "backend", limit.backend)


def _count(count: spec.CountSpec) -> Iterator[Use]:
    yield Use(("from",), "caller", count.from_)
    yield Use(("to",), "callee", count.to)
    yield Use(("of",) if count.of else ("to",), "backend", count.of or count.to)


def _image(image: spec.ImageSpec) -> Iterator[Use]:
    yield from _all("backend", "of", image.of)
    yield Use(("image",), "image", image.image)


USES: dict[str, Callable[[Any], Iterable[Use]]] = {
    "path": _path,
    "share": _share,
    "success": lambda one: [Use(("actor",), "actor", one.actor)],
    "latency": _latency,
    "denied": _denied,
    "matrix": _matrix,
    "proxy-config": lambda one: [Use(("proxy",), "proxy", one.proxy)],
    "limit": _limit,
    "cost": _cost,
    "count": _count,
    "image": _image,
    "answer": _answer,
    "experiment": lambda one: [Use(("experiment",), "experiment", one.experiment)],
}
