"""How long an actor's requests failed."""

from __future__ import annotations

from itertools import groupby

from msgspec import Struct

from meshlab.check.verdict import Number
from meshlab.check.world import ActorResults, Reply


class Spell(Struct, frozen=True):
    """One time in which every request failed: from the first that did to the next that did not, with what it may be."""

    seconds: float
    low: float
    """From the first failed request to the last."""
    high: float
    """From the last good one before to the first good one after."""


def outage(results: list[ActorResults]) -> Number:
    """Seconds in which requests failed, of the node where that was longest; the interval is the time between requests."""
    sums = [_sum(spells(one)) for one in results]
    worst = max(sums, key=lambda one: one.seconds, default=Spell(0.0, 0.0, 0.0))
    return Number(round(worst.seconds, 3), "s", round(worst.low, 3), round(worst.high, 3))


def lasting(one: ActorResults) -> bool:
    """Whether the last request still failed."""
    last = max(one.replies, key=lambda reply: reply.t, default=None)
    return last is not None and last.error is not None


def spells(one: ActorResults) -> list[Spell]:
    """Every time of failure of one node, in order."""
    ordered = sorted(one.replies, key=lambda reply: reply.t)
    runs = [(bad, list(some)) for bad, some in groupby(ordered, lambda reply: reply.error is not None)]
    found = []
    for number, (bad, some) in enumerate(runs):
        if bad:
            before = runs[number - 1][1][-1] if number else some[0]
            after = runs[number + 1][1][0] if number + 1 < len(runs) else some[-1]
            found.append(_spell(some, before, after))
    return found


def _spell(some: list[Reply], before: Reply, after: Reply) -> Spell:
    return Spell(after.t - some[0].t, some[-1].t - some[0].t, after.t - before.t)


def _sum(some: list[Spell]) -> Spell:
    return Spell(sum(one.seconds for one in some), sum(one.low for one in some), sum(one.high for one in some))
