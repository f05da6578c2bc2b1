"""Traffic that never stops."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from meshlab.check.world import ActorResults, Reply
from tests.unit.check.sim import START, Sim, shop
from tests.unit.check.situations.base import situation


def recovered(*, over: bool = True) -> Sim:
    """Ten requests are lost in the middle of fifty, and, where it is not over, the last one."""
    sim = sent()()
    bad = {*range(20, 30), *(() if over else (49,))}
    replies = [replace(one, error="refused", status=0) if one.i in bad else one for one in sim.results[0].replies]
    sim.results = [ActorResults("steady", "node-a", tuple(replies))]
    return sim


def sent(bad: int = 0, n: int = 50, *, first: int = 0, skip: int = 0, silent: float = 0.0) -> Callable[[], Sim]:
    """n requests at 5/s of one probe from START on; the last `bad` failed; `skip` numbers lost; then silence."""

    def make() -> Sim:
        sim = shop()
        numbers = [i + (skip if i > n // 2 else 0) for i in range(first, first + n)]
        errors = [None] * (n - bad) + ["refused"] * bad
        replies = [
            Reply(i=i, t=START + place / 5, status=0 if error else 200, error=error)
            for place, (i, error) in enumerate(zip(numbers, errors, strict=True))
        ]
        sim.results = [ActorResults("steady", "node-a", tuple(replies))]
        sim.clock = START + n / 5 + silent
        return sim

    return make


NONE_FAILED = {"actor": "steady", "window": "phase", "max-failed": 0}
situation("success", "none-failed", NONE_FAILED, sent(), "pass")
situation("success", "some-failed", NONE_FAILED, sent(3), "fail", "success.failed")
situation("success", "budget-spent", {**NONE_FAILED, "window": "step"}, sent(3), "unrecoverable", "success.failed")
situation("success", "outage-felt", {"actor": "steady", "min-failed": 2}, sent(3), "pass")
situation("success", "outage-not-felt", {"actor": "steady", "min-failed": 2}, sent(), "fail", "success.none-failed")
situation("success", "too-few-yet", NONE_FAILED, sent(n=5), "pending", "success.too-few")
situation("success", "results-lost", NONE_FAILED, sent(skip=3), "error", "success.gap", cheat=True)
situation("success", "traffic-stopped", NONE_FAILED, sent(silent=60), "error", "success.silent", cheat=True)

OUTAGE = {"actor": "steady", "measure": True}
situation("success", "outage-measured", OUTAGE, recovered, "pass")
situation("success", "outage-none", OUTAGE, sent(), "pass")
situation("success", "outage-not-over", OUTAGE, lambda: recovered(over=False), "pending", "success.not-over")
situation("success", "outage-lost", OUTAGE, sent(skip=3), "error", "success.gap", cheat=True)
