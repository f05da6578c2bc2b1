"""A rate limit: of a burst, as many as it allows are served; the rest is refused by the proxy, and no backend hears of it.

The bucket is given time to fill first. What may be served is the burst and what flows in while the requests are sent. Three
sources must agree: the statuses that the caller gets, the proxy's log, which holds the refused requests, and the counters of
the backend's pods, which have received those that were served and no other.
"""

from __future__ import annotations

from collections import Counter

from meshlab.check.calls import call, callers, gather, url_of
from meshlab.check.findings import evidence, failed, passed
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding
from meshlab.check.world import CallRequest, Reply
from meshlab.lab.checks import Check, LimitSpec

TOO_MANY = 429
REFILL = 1.2
"""The pause before the burst, in units of the time in which the bucket fills."""
SLACK = 2
"""Requests by which a right limit may be off: buckets round, and one may be delayed instead of refused."""
WITHIN = 3.0


async def look(check: Check, spec: LimitSpec, inputs: Inputs) -> Finding:
    """One burst from the first pod of the caller."""
    position = (await callers(inputs, spec.from_))[0]
    await inputs.world.pause(REFILL * spec.burst / spec.average)
    nonce = inputs.world.nonce()
    request = CallRequest(
        url=url_of(inputs, spec.to), headers=spec.headers, n=spec.requests, concurrency=spec.requests, nonce=nonce
    )
    replies = (await call(inputs, position, request)).replies
    return _statuses(spec, replies) or await _other_sources(spec, inputs, nonce, replies)


def _statuses(spec: LimitSpec, replies: tuple[Reply, ...]) -> Finding | None:
    """What the caller got: some served, the others refused, nothing else."""
    note = _note(replies)
    refused = sum(reply.status == TOO_MANY for reply in replies)
    served = sum(reply.error is None and reply.status > 0 for reply in replies)
    facts = {"caller": spec.from_, "callee": spec.to, "requests": len(replies), "served": served}
    if not refused:
        return failed("limit.none-refused", note, expected=str(TOO_MANY), seen=f"{served}/{len(replies)}", **facts)
    if served + refused < len(replies):
        other = len(replies) - served - refused
        return failed("limit.other-answers", note, expected=f"200, {TOO_MANY}", seen=str(other), lost=other, **facts)
    most = spec.burst + spec.average * _seconds(replies) + SLACK
    if not spec.burst - SLACK <= served <= most:
        allowed = f"{spec.burst - SLACK}–{most:.0f}"
        return failed("limit.off", note, expected=allowed, seen=str(served), allowed=allowed, **facts)
    return None


async def _other_sources(spec: LimitSpec, inputs: Inputs, nonce: str, replies: tuple[Reply, ...]) -> Finding:
    served = sum(reply.error is None for reply in replies)
    pods = await inputs.world.positions(spec.backend)
    received = sum(await gather(inputs.world.counters(pod, nonce) for pod in pods))
    facts = {"proxy": spec.proxy, "backend": spec.backend, "received": received, "served": served}
    if received != served:
        return failed("limit.reached-backend", _note(replies), expected=str(served), seen=str(received), **facts)
    wanted = [reply.nonce for reply in replies if reply.status == TOO_MANY]
    logged = {entry.nonce for entry in await inputs.world.access_logs(spec.proxy, wanted, WITHIN) if entry.status == TOO_MANY}
    if missing := len(set(wanted) - logged):
        return failed(
            "limit.not-the-proxy", _note(replies), expected=str(len(wanted)), seen=str(len(logged)), missing=missing, **facts
        )
    return passed(f"{served} / {len(replies)}", _note(replies))


def _seconds(replies: tuple[Reply, ...]) -> float:
    """From the first request to the last answer."""
    return max(reply.t + reply.ms / 1000 for reply in replies) - min(reply.t for reply in replies)


def _note(replies: tuple[Reply, ...]) -> Evidence:
    return evidence("statuses", Counter(str(reply.status or reply.error) for reply in replies))
