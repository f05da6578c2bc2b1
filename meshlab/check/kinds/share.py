"""The share of requests that a version answers: an exact binomial test (meshlab.check.stats.plan).

The sample size follows from the share, the nearest misconception and the two error rates: a right share is refused at most
`refuse-right` of the times, the nearest wrong one accepted at most `accept-wrong`. Each request opens its own connection, so
that draws are independent also where a connection sticks to an endpoint. A sample of the requests must also have passed the
proxies in `through` (reasons `path.*`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from meshlab.check import proxy_logs
from meshlab.check.calls import call, callers, carries, succeeded, tree_text, url_of
from meshlab.check.findings import evidence, failed, passed
from meshlab.check.inputs import Inputs
from meshlab.check.stats import Plan, plan, region
from meshlab.check.verdict import Evidence, Finding
from meshlab.check.world import CallRequest, Position, Reply
from meshlab.lab.checks import Check, ShareSpec

BATCH = 250
AT_ONCE = 4
SAMPLE = 20
UNANSWERED = 0.01
"""Fraction of requests without an answer that is left out of the sample; more than that is a finding of its own."""


async def look(check: Check, spec: ShareSpec, inputs: Inputs) -> Finding:
    """A few hundred calls, over all ready pods of the caller in turn."""
    planned = plan(spec.share, spec.nearest, spec.refuse_right, spec.accept_wrong)
    replies = await _sample(spec, inputs, planned.n)
    answers = [reply for _, reply in replies if succeeded(reply) and carries(reply)]
    versions = Counter(tree_text(reply, "version") or "-" for reply in answers)
    note = evidence("versions", {"answers": dict(versions), "requests": planned.n, "low": planned.low, "high": planned.high})
    unanswered = len(replies) - len(answers)
    if unanswered > UNANSWERED * len(replies):
        return failed(
            "share.no-answer", note, _errors(replies), expected=f"≤ {UNANSWERED:.0%}", seen=f"{unanswered}/{len(replies)}",
            callee=spec.to, failed=unanswered, requests=len(replies),
        )  # fmt: skip
    return await _wrong_path(spec, inputs, replies) or _judge(spec, planned, len(answers), versions[spec.version], note)


async def _sample(spec: ShareSpec, inputs: Inputs, n: int) -> list[tuple[Position, Reply]]:
    positions = await callers(inputs, spec.from_)
    url = url_of(inputs, spec.to)
    replies: list[tuple[Position, Reply]] = []
    for number, size in enumerate(_batches(n)):
        position = positions[number % len(positions)]
        request = CallRequest(url=url, headers=spec.headers, n=size, concurrency=AT_ONCE, nonce=inputs.world.nonce())
        replies += [(position, reply) for reply in (await call(inputs, position, request)).replies]
    return replies


def _batches(n: int) -> Iterator[int]:
    while n > 0:
        yield min(n, BATCH)
        n -= BATCH


async def _wrong_path(spec: ShareSpec, inputs: Inputs, replies: list[tuple[Position, Reply]]) -> Finding | None:
    """The first of a few requests whose way is not the one asked for."""
    if not spec.through:
        return None
    sample = replies[:: max(1, len(replies) // SAMPLE)][:SAMPLE]
    pods = await proxy_logs.pods_of(inputs, [hop.proxy for hop in spec.through])
    lines = await proxy_logs.lines_by_nonce(inputs, pods, (), {reply.nonce: position.ip for position, reply in sample})
    for position, reply in sample:
        deviation = proxy_logs.deviation(spec.through, lines[reply.nonce], position.node, tree_text(reply, "node"))
        if deviation:
            names = {
                "caller": spec.from_,
                "callee": spec.to,
                "proxy": deviation.proxy,
                "other": deviation.other,
                "proxies": deviation.expected,
            }
            note = evidence("proxy logs", lines[reply.nonce])
            return failed(deviation.reason, note, expected=deviation.expected, seen=deviation.seen, **names)
    return None


def _judge(spec: ShareSpec, planned: Plan, answers: int, hits: int, note: Evidence) -> Finding:
    low, high = (planned.low, planned.high) if answers == planned.n else region(answers, spec.share, spec.refuse_right)
    expected = f"{spec.share:.4g} ({low}–{high}/{answers})"
    seen = f"{hits / answers:.3g} ({hits}/{answers})"
    if low <= hits <= high:
        return passed(seen, note)
    facts = {"callee": spec.to, "version": spec.version, "requests": answers}
    return failed("share.off", note, expected=expected, seen=seen, **facts)


def _errors(replies: list[tuple[Position, Reply]]) -> Evidence:
    bad = [reply for _, reply in replies if not (succeeded(reply) and carries(reply))]
    return evidence("errors", Counter(reply.error or "no-nonce" for reply in bad))
