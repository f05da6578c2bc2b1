"""The way of a request: three witnesses must agree.

The nonce of each call is in the logs of exactly the proxies that `through` names, in that order, and in none of the other
proxies of the lab; the answering application's tree carries it, its pod belongs to the service that was called and its peer is
the last proxy; the Envoys' own counters grew by at least the requests they logged. Calls go one hop deep (x-meshlab-depth 0),
so that the nonce belongs to this hop alone.

Of several things that are wrong the earliest of ORDER is the reason. Number: `hops`, the proxies that each call passed.
"""

from __future__ import annotations

from meshlab.check import counters, trail
from meshlab.check.context import Context
from meshlab.check.findings import measured, passed
from meshlab.check.observe import call, callers, gather, url_of
from meshlab.check.verdict import Finding, Number
from meshlab.check.witness import Seen, Sent, judge, notes_of, uncounted
from meshlab.check.world import CallRequest, Position
from meshlab.lab.checks import Check, PathSpec

ORDER = (
    "path.extra-proxy",
    "path.no-answer",
    "path.no-proxy",
    "path.wrong-proxy",
    "path.order",
    "path.status",
    "path.version",
    "path.timing",
    "path.flags",
    "path.tree",
    "path.counters",
)


async def look(check: Check, spec: PathSpec, context: Context) -> Finding:
    """A few calls from every ready pod of the caller to every service in `to`."""
    proxies = await trail.pods_of(context, [one.proxy for one in spec.through])
    before = await counters.totals(context, proxies)
    seen = await observe(spec, context, proxies)
    after = await counters.totals(context, proxies)
    found = [finding for one in seen.sent if (finding := judge(spec, one, seen))]
    if found:
        return min(found, key=lambda one: ORDER.index(one.reason))
    envoys = {pod.pod for name, pods in proxies.items() if counters.counts(context, name) for pod in pods}
    right = measured(passed(_summary(spec, seen), *notes_of(seen.sent, seen)), {"hops": Number(len(spec.through))})
    return uncounted(spec, seen, envoys, before, after) or right


async def observe(spec: PathSpec, context: Context, proxies: dict[str, list[Position]]) -> Seen:
    """Send the calls and read the logs."""
    positions = await callers(context, spec.from_)
    targets = (spec.to,) if isinstance(spec.to, str) else spec.to
    plans = [(position, target, context.world.nonce()) for position in positions for target in targets]
    requests = [_request(spec, context, target, nonce) for _, target, nonce in plans]
    calls = await gather(call(context, plan[0], request) for plan, request in zip(plans, requests, strict=True))
    sent = [
        Sent(position, target, reply) for (position, target, _), one in zip(plans, calls, strict=True) for reply in one.replies
    ]
    starts = {one.reply.nonce: one.position.ip for one in sent}
    lines = await trail.trails(context, proxies, spec.avoid, starts)
    return Seen(sent, lines, proxies, {target: await _pods(context, target) for target in targets})


def _request(spec: PathSpec, context: Context, target: str, nonce: str) -> CallRequest:
    longest = spec.expect.milliseconds[1] if spec.expect.milliseconds else 0.0
    return CallRequest(
        url=url_of(context, target, spec.path),
        headers=spec.headers,
        timeout_ms=int(max(5000, 2 * longest + 1000)),
        n=spec.requests,
        nonce=nonce,
    )


async def _pods(context: Context, target: str) -> set[str]:
    """The pods that may answer for a service; nobody's when it stands behind a proxy of the lab, such as an edge."""
    select = context.service(target).select
    if not select or any(proxy.select == select for proxy in context.lab.proxies.values()):
        return set()
    return {position.pod for position in await context.world.positions(target)}


def _summary(spec: PathSpec, seen: Seen) -> str:
    return f"{len(seen.sent)} × {trail.arrow([one.proxy for one in spec.through])}"
