"""An innocent pair beside a hot one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshlab.check.world import Position
from tests.unit.check.sim import Sim, changed, shop
from tests.unit.check.situations.base import situation

HOT: dict[str, Any] = {
    "pair": {"from": "web", "to": "reviews"},
    "control": {"from": "web", "to": "catalog-direct"},
    "load": {"from": "probe", "to": "catalog"},
    "rate": 20,
    "seconds": 2,
    "slices": 4,
}


def busy(pair: float = 1.0, control: float = 1.0, *, lost: bool = False, wide: bool = False) -> Callable[[], Sim]:
    """While the load runs the pair and the control are slower by these factors."""

    def make() -> Sim:
        sim = shop("catalog", "reviews")

        def times(factor: float) -> Callable[[Position, Any, int], float]:
            return lambda position, request, i: (
                (4 + i % 7 * 0.2 + (30 * (i % 39 == 7) if wide else 0)) * (factor if sim.loaded else 1)
            )

        changed(sim, "reviews", ms=times(pair), error=lambda p, r, i: "timeout" if lost and i % 3 else None)
        return changed(sim, "catalog-direct", ms=times(control))

    return make


LEAST, MOST = {**HOT, "ratio-at-least": 2}, {**HOT, "ratio-at-most": 2}
situation("latency", "innocent-slowed", LEAST, busy(4), "pass")
situation("latency", "innocent-unmoved", LEAST, busy(), "fail", "latency.too-small")
situation("latency", "kept-apart", MOST, busy(1.1), "pass")
situation("latency", "not-kept-apart", MOST, busy(5), "fail", "latency.too-large")
situation("latency", "slow-machine", LEAST, busy(4, 4), "error", "latency.machine", cheat=True)
situation("latency", "unclear", {**HOT, "ratio-at-least": 1.5}, busy(1.6, wide=True), "error", "latency.unclear")
situation("latency", "unanswered", LEAST, busy(4, lost=True), "error", "latency.answers")


def hop(more: float, machine: float = 1.0) -> Callable[[], Sim]:
    """The proxy adds so many milliseconds to a pair; the machine may slow down for all after the first slices."""

    def make() -> Sim:
        sim = shop("reviews")

        def times(extra: float) -> Callable[[Position, Any, int], float]:
            return lambda position, request, i: (4 + i % 7 * 0.2 + extra) * (machine if sim.nonces % 8 > 4 else 1)

        changed(sim, "reviews", ms=times(more))
        return changed(sim, "catalog-direct", ms=times(0))

    return make


DIRECT = {**{key: value for key, value in HOT.items() if key != "load"}, "measure": True}
situation("latency", "hop-measured", DIRECT, hop(1.5), "pass")
situation("latency", "no-hop-measured", DIRECT, hop(0), "pass")
situation("latency", "hop-too-slow", {**DIRECT, "ratio-at-most": 1.1}, hop(3), "fail", "latency.too-large")
situation("latency", "hop-on-slow-machine", DIRECT, hop(1.5, 9), "error", "latency.machine", cheat=True)
