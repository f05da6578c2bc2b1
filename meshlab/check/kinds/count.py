"""How many requests reach a service for each request sent, and how they are spread over its pods.

Each request has a nonce of its own, which travels down the call tree; the receiving pods count requests by nonce. So retries
show wherever they were made, an order that was placed twice shows, and nobody else's traffic is counted. What the callers get
for an answer is no part of it: a storm is made of failures.
"""

from __future__ import annotations

from collections import Counter

from meshlab.check.calls import call, callers, gather, shorten, url_of
from meshlab.check.findings import SHOWN, Stop, evidence, failed, passed, pending
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding, Outcome
from meshlab.check.world import CallRequest, Calls, Position
from meshlab.lab.checks import Check, CountSpec


async def look(check: Check, spec: CountSpec, inputs: Inputs) -> Finding:
    """The requests from the first ready pod of the caller, then the counters of every pod that may have received one."""
    position = (await callers(inputs, spec.from_))[0]
    pods = await _pods(spec, inputs)
    nonce = inputs.world.nonce()
    request = CallRequest(
        url=url_of(inputs, spec.to, spec.path),
        method=spec.method,
        headers=spec.headers,
        timeout_ms=spec.timeout_ms,
        n=spec.requests,
        keepalive=spec.keepalive,
        nonce=nonce,
    )
    calls = await call(inputs, position, request)
    counts = await gather(inputs.world.counters(pod, nonce) for pod in pods)
    return _judge(spec, dict(zip((pod.pod for pod in pods), counts, strict=True)), calls)


async def _pods(spec: CountSpec, inputs: Inputs) -> list[Position]:
    service = spec.of or spec.to
    inputs.service(service)
    pods = await inputs.world.positions(service)
    if not pods:
        raise Stop(pending("count.no-pods", service, late=Outcome.FAIL, seen="0", service=service))
    return pods


def _judge(spec: CountSpec, counts: dict[str, int], calls: Calls) -> Finding:
    received, service, notes = sum(counts.values()), spec.of or spec.to, _notes(counts, calls)
    each = received / spec.requests
    facts = {"service": service, "requests": spec.requests, "received": received}
    if spec.each_at_most is not None and each > spec.each_at_most:
        wanted, reason = f"≤ {spec.each_at_most:g}", "count.too-many"
    elif spec.each_at_least is not None and each < spec.each_at_least:
        wanted, reason = f"≥ {spec.each_at_least:g}", "count.too-few"
    else:
        return _spread(spec, counts, notes) or passed(_summary(spec, counts), *notes)
    return failed(reason, *notes, expected=wanted, seen=f"{each:.3g}", **facts)


def _spread(spec: CountSpec, counts: dict[str, int], notes: tuple[Evidence, ...]) -> Finding | None:
    """The share of the pod that received most."""
    share, service = _largest(counts), spec.of or spec.to
    facts = {"service": service, "pods": len(counts)}
    if spec.largest_at_most is not None and share > spec.largest_at_most:
        return failed("count.uneven", *notes, expected=f"≤ {spec.largest_at_most:.0%}", seen=f"{share:.0%}", **facts)
    if spec.largest_at_least is not None and share < spec.largest_at_least:
        return failed("count.spread", *notes, expected=f"≥ {spec.largest_at_least:.0%}", seen=f"{share:.0%}", **facts)
    return None


def _largest(counts: dict[str, int]) -> float:
    return max(counts.values()) / (sum(counts.values()) or 1)


def _summary(spec: CountSpec, counts: dict[str, int]) -> str:
    asks_spread = spec.largest_at_most is not None or spec.largest_at_least is not None
    return f"{_largest(counts):.0%}" if asks_spread else f"{sum(counts.values()) / spec.requests:.3g}"


def _notes(counts: dict[str, int], calls: Calls) -> tuple[Evidence, ...]:
    answers = Counter(str(reply.status or reply.error) for reply in calls.replies)
    replies = [{"from": calls.position.pod, **shorten(reply)} for reply in calls.replies[: SHOWN // 4]]
    return evidence("received by pod", counts), evidence("answers", answers), evidence("replies", replies)
