"""How many requests of an actor failed in a window: traffic that runs in the cluster whether meshlab does or not.

The window ends now and begins at `lab-start`, `step-start`, `phase-start`, or `seconds` ago. Requests are numbered where they
are sent: a number that is missing means that a result was lost, so nothing can be said about "none failed" (`error`).

Numbers: `failed`, `requests`, and `outage`: seconds in which requests failed, on the node where that was longest. A request
fails and the next one succeeds at some time in between, so that an outage has an interval.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise

from msgspec import Struct

from meshlab.check.findings import SHOWN, evidence, failed, measured, passed, pending, unknown, unrecoverable
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding, Number, Outcome
from meshlab.check.world import ActorResults, Reply
from meshlab.errors import ClusterError, LabError
from meshlab.lab.checks import Check, SuccessSpec

SILENCE = 10.0
"""Seconds without any request after which a short window does not show that all was well."""


class FailurePeriod(Struct, frozen=True):
    """One time in which every request failed: from the first that did to the next that did not, in seconds."""

    seconds: float
    low: float
    """From the first failed request to the last."""
    high: float
    """From the last good one before to the first good one after."""


async def look(check: Check, spec: SuccessSpec, inputs: Inputs) -> Finding:
    """One request for the actor's results."""
    if spec.actor not in inputs.lab.actors:
        raise LabError(f"no actor is called {spec.actor!r}", key="success.actor")
    now = inputs.world.now()
    since = now - spec.seconds if spec.window == "last" else await inputs.world.mark(f"{spec.window}-start")
    results = await inputs.world.actor(spec.actor, since, now)
    if not results:
        raise ClusterError("check.actor-unknown", actor=spec.actor)
    replies = [reply for result in results for reply in result.replies]
    note = _note(results)
    if len(replies) < spec.at_least:
        waits = f"{len(replies)}/{spec.at_least}"
        facts = {"actor": spec.actor, "requests": len(replies), "wanted": spec.at_least}
        return pending("success.too-few", waits, late=Outcome.ERROR, seen=waits, **facts)
    still = [result.node for result in results if still_failing(result)]
    if spec.measure and still:
        return pending("success.not-over", ", ".join(still), seen=", ".join(still), actor=spec.actor, nodes=still)
    finding = _incomplete(spec, inputs, results, since, now, note) or _judge(spec, replies, note)
    return measured(finding, _numbers(replies, results)) if finding.outcome is Outcome.PASS else finding


def _numbers(replies: list[Reply], results: list[ActorResults]) -> dict[str, Number]:
    bad = sum(reply.error is not None for reply in replies)
    return {"failed": Number(bad), "requests": Number(len(replies)), "outage": outage(results)}


def _incomplete(
    spec: SuccessSpec, inputs: Inputs, results: list[ActorResults], since: float, now: float, note: Evidence
) -> Finding | None:
    """Why "none failed" could not be said, None when it can. Only a bound from above needs every request."""
    if spec.max_failed is None and not spec.measure:
        return None
    missing = sum(_gaps(result) for result in results)
    if missing:
        return unknown("success.gap", note, seen=str(missing), actor=spec.actor, missing=missing)
    if spec.window in ("lab", "step"):
        # The clusters may have been stopped in between: silence there is nobody's failure.
        return None
    allowed = SILENCE + 5 / inputs.lab.actors[spec.actor].rate
    longest = max(_silence(result, since, now) for result in results)
    if longest <= allowed:
        return None
    facts = {"actor": spec.actor, "seconds": round(longest)}
    return unknown("success.silent", note, expected=f"≤ {allowed:.0f} s", seen=f"{longest:.0f} s", **facts)


def _judge(spec: SuccessSpec, replies: list[Reply], note: Evidence) -> Finding:
    bad = sum(reply.error is not None for reply in replies)
    facts = {"actor": spec.actor, "failed": bad, "requests": len(replies)}
    seen = f"{bad}/{len(replies)}"
    if spec.max_failed is not None and bad > spec.max_failed:
        # What has failed since the lab or the step began stays failed until a reset begins anew.
        conclude = unrecoverable if spec.window in ("lab", "step") else failed
        return conclude("success.failed", note, expected=f"≤ {spec.max_failed}", seen=seen, **facts, allowed=spec.max_failed)
    if spec.min_failed is not None and bad < spec.min_failed:
        return failed("success.none-failed", note, expected=f"≥ {spec.min_failed}", seen=seen, **facts, wanted=spec.min_failed)
    return passed(seen, note)


def _gaps(result: ActorResults) -> int:
    """Numbers that are missing between the first and the last."""
    numbers = {reply.i for reply in result.replies}
    return max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0


def _silence(result: ActorResults, since: float, now: float) -> float:
    """The longest time in the window without a request, in seconds."""
    times = [since, *sorted(reply.t for reply in result.replies), now]
    return max(later - earlier for earlier, later in pairwise(times))


def _note(results: list[ActorResults]) -> Evidence:
    return evidence("requests", [_summary(result) for result in results])


def _summary(result: ActorResults) -> dict[str, object]:
    bad = [reply for reply in result.replies if reply.error is not None]
    return {
        "node": result.node,
        "requests": len(result.replies),
        "errors": dict(Counter(reply.error for reply in bad)),
        "first failures": [{"i": reply.i, "t": reply.t, "error": reply.error, "status": reply.status} for reply in bad[:SHOWN]],
    }


def outage(results: list[ActorResults]) -> Number:
    """Seconds in which requests failed, of the node where that was longest; the interval is the time between requests."""
    totals = [_sum(failure_periods(result)) for result in results]
    worst = max(totals, key=lambda period: period.seconds, default=FailurePeriod(0.0, 0.0, 0.0))
    return Number(round(worst.seconds, 3), "s", round(worst.low, 3), round(worst.high, 3))


def still_failing(result: ActorResults) -> bool:
    """Whether the last request still failed."""
    last = max(result.replies, key=lambda reply: reply.t, default=None)
    return last is not None and last.error is not None


def failure_periods(result: ActorResults) -> list[FailurePeriod]:
    """Every time of failure of one node, in order."""
    ordered = sorted(result.replies, key=lambda reply: reply.t)
    runs = [(bad, list(replies)) for bad, replies in groupby(ordered, lambda reply: reply.error is not None)]
    periods = []
    for number, (bad, replies) in enumerate(runs):
        if bad:
            before = runs[number - 1][1][-1] if number else replies[0]
            after = runs[number + 1][1][0] if number + 1 < len(runs) else replies[-1]
            periods.append(_period(replies, before, after))
    return periods


def _period(replies: list[Reply], before: Reply, after: Reply) -> FailurePeriod:
    return FailurePeriod(after.t - replies[0].t, replies[-1].t - replies[0].t, after.t - before.t)


def _sum(periods: list[FailurePeriod]) -> FailurePeriod:
    return FailurePeriod(
        sum(period.seconds for period in periods), sum(period.low for period in periods), sum(period.high for period in periods)
    )
