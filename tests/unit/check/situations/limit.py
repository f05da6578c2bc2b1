"""Rate limits at a proxy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshlab.check.world import CallRequest, Position
from tests.unit.check.sim import Hop, Sim, shop
from tests.unit.check.situations.base import situation

LIMIT = {
    "from": "web", "to": "catalog", "proxy": "router", "backend": "catalog", "average": 5, "burst": 10, "requests": 40,
}  # fmt: skip


def burst(served: int, *, reaches: bool = False, logged: bool = True, other: int = 0) -> Callable[[], Sim]:
    """The first so many are served, then some get another answer, and the rest is refused by the router."""

    def hop(position: Position, request: CallRequest, i: int) -> Hop:
        if i < served:
            return Hop("catalog-v1-1", ("router-1",))
        if i < served + other:
            return Hop(through=("router-1",), status=502, upstream=False)
        callee = "catalog-v1-1" if reaches else ""
        return Hop(callee, ("router-1",) if logged else (), status=429, upstream=reaches)

    def make() -> Sim:
        sim = shop("catalog")
        sim.hop = hop
        return sim

    return make


def case(name: str, world: Callable[[], Sim], outcome: str, reason: str = "", **more: Any) -> None:
    situation("limit", name, LIMIT, world, outcome, reason, **more)


case("cut", burst(11), "pass")
case("all-served", burst(40), "fail", "limit.none-refused")
case("too-few-served", burst(2), "fail", "limit.off")
case("too-many-served", burst(30), "fail", "limit.off")
case("some-fail", burst(11, other=5), "fail", "limit.other-answers")
case("refused-by-the-application", burst(11, reaches=True), "fail", "limit.reached-backend", cheat=True)
case("refused-by-nobody-known", burst(11, logged=False), "fail", "limit.not-the-proxy", cheat=True)
