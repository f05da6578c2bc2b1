"""The proxies that a request passes: three sources must agree.

The nonce of each call is in the logs of exactly the proxies that `through` names, in that order, and in none of the other
proxies of the lab; the answering application's tree carries it, its pod belongs to the service that was called and its peer is
the last proxy; the Envoys' own counters grew by at least the requests they logged. Calls go one hop deep (x-meshlab-depth 0),
so that the nonce belongs to this hop alone.

Of several things that are wrong the earliest of ORDER is the reason. Number: `hops`, the proxies that each call passed.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from meshlab.check import counters, proxy_logs
from meshlab.check.calls import answered, call, callers, carries, gather, shorten, tree_text, url_of
from meshlab.check.findings import SHOWN, evidence, failed, measured, passed
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding, Number
from meshlab.check.world import CallRequest, LogEntry, Position, Reply
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
LINES = 6
"""Log lines of one request that evidence shows."""


class Sent(Struct, frozen=True):
    """One request that was sent: from where, to which service, and what came back."""

    position: Position
    target: str
    reply: Reply


class Seen(Struct, frozen=True):
    """All that was seen of the requests."""

    sent: list[Sent]
    lines: proxy_logs.LinesByNonce
    proxies: dict[str, list[Position]]
    """Pods of the proxies that must be passed."""
    callees: dict[str, set[str]]
    """Pods of each service that was called; empty where they cannot be told."""


async def look(check: Check, spec: PathSpec, inputs: Inputs) -> Finding:
    """A few calls from every ready pod of the caller to every service in `to`."""
    proxies = await proxy_logs.pods_of(inputs, [hop.proxy for hop in spec.through])
    before = await counters.totals(inputs, proxies)
    seen = await observe(spec, inputs, proxies)
    after = await counters.totals(inputs, proxies)
    wrong = [finding for request in seen.sent if (finding := judge(spec, request, seen))]
    if wrong:
        return min(wrong, key=lambda finding: ORDER.index(finding.reason))
    envoys = {pod.pod for name, pods in proxies.items() if counters.counts(inputs, name) for pod in pods}
    right = measured(passed(_summary(spec, seen), *notes_of(seen.sent, seen)), {"hops": Number(len(spec.through))})
    return missing_in_counters(spec, seen, envoys, before, after) or right


async def observe(spec: PathSpec, inputs: Inputs, proxies: dict[str, list[Position]]) -> Seen:
    """Send the calls and read the logs."""
    positions = await callers(inputs, spec.from_)
    targets = (spec.to,) if isinstance(spec.to, str) else spec.to
    plans = [(position, target, inputs.world.nonce()) for position in positions for target in targets]
    requests = [_request(spec, inputs, target, nonce) for _, target, nonce in plans]
    calls = await gather(call(inputs, plan[0], request) for plan, request in zip(plans, requests, strict=True))
    sent = [
        Sent(position, target, reply)
        for (position, target, _), answers in zip(plans, calls, strict=True)
        for reply in answers.replies
    ]
    starts = {request.reply.nonce: request.position.ip for request in sent}
    lines = await proxy_logs.lines_by_nonce(inputs, proxies, spec.avoid, starts)
    return Seen(sent, lines, proxies, {target: await _pods(inputs, target) for target in targets})


def _request(spec: PathSpec, inputs: Inputs, target: str, nonce: str) -> CallRequest:
    longest = spec.expect.milliseconds[1] if spec.expect.milliseconds else 0.0
    return CallRequest(
        url=url_of(inputs, target, spec.path),
        headers=spec.headers,
        timeout_ms=int(max(5000, 2 * longest + 1000)),
        n=spec.requests,
        nonce=nonce,
    )


async def _pods(inputs: Inputs, target: str) -> set[str]:
    """The pods that may answer for a service; nobody's when it stands behind a proxy of the lab, such as an edge."""
    select = inputs.service(target).select
    if not select or any(proxy.select == select for proxy in inputs.lab.proxies.values()):
        return set()
    return {position.pod for position in await inputs.world.positions(target)}


def _summary(spec: PathSpec, seen: Seen) -> str:
    return f"{len(seen.sent)} × {proxy_logs.chain([hop.proxy for hop in spec.through])}"


def judge(spec: PathSpec, request: Sent, seen: Seen) -> Finding | None:
    """What is wrong with one request, None when nothing is."""
    reply, lines = request.reply, seen.lines.get(request.reply.nonce, [])
    notes = notes_of([request], seen)
    ends = {"caller": spec.from_, "callee": request.target}
    deviation = proxy_logs.deviation(spec.through, lines, request.position.node, tree_text(reply, "node"))
    deviation = deviation or _wrong_pod(spec, request, lines, seen)
    # A request that loops gets no answer either: what it passed says why.
    if not answered(reply) and not (deviation and deviation.reason == "path.extra-proxy"):
        error = reply.error or "-"
        return failed("path.no-answer", *notes, expected=str(spec.expect.status), seen=error, error=error, **ends)
    if deviation:
        names = {"proxy": deviation.proxy, "other": deviation.other, "proxies": deviation.expected}
        return failed(deviation.reason, *notes, expected=deviation.expected, seen=deviation.seen, **names, **ends)
    return _answer(spec, request, notes) or _flags(spec, request, lines, notes) or _tree(spec, request, lines, seen, notes)


def _wrong_pod(spec: PathSpec, request: Sent, lines: list[LogEntry], seen: Seen) -> proxy_logs.Deviation | None:
    """A sidecar of another pod than the caller's or the callee's own, where that pod has one itself."""
    ends = {"caller": request.position.pod, "callee": tree_text(request.reply, "pod")}
    for at, entry in zip(spec.through, lines, strict=True):
        pod = ends.get(at.at, "")
        has = any(position.pod == pod for position in seen.proxies.get(at.proxy, []))
        if has and entry.pod != pod:
            wanted, actual = f"{at.proxy}@{pod}", f"{entry.proxy}@{entry.pod}"
            return proxy_logs.Deviation("path.wrong-proxy", wanted, actual, wanted, actual)
    return None


def _answer(spec: PathSpec, request: Sent, notes: tuple[Evidence, ...]) -> Finding | None:
    """What the caller got: status, version, time."""
    reply, expect = request.reply, spec.expect
    facts = [("path.status", str(expect.status), str(reply.status), reply.status == expect.status)]
    if expect.version:
        version = tree_text(reply, "version")
        facts.append(("path.version", expect.version, version or "-", version == expect.version))
    if expect.milliseconds:
        low, high = expect.milliseconds
        facts.append(("path.timing", f"{low:g}–{high:g} ms", f"{reply.ms:.0f} ms", low <= reply.ms <= high))
    for reason, expected, seen, holds in facts:
        if not holds:
            return failed(reason, *notes, expected=expected, seen=seen, caller=spec.from_, callee=request.target)
    return None


def _flags(spec: PathSpec, request: Sent, lines: list[LogEntry], notes: tuple[Evidence, ...]) -> Finding | None:
    """What the proxies say of it: an answer of the application's own making does not carry a proxy's mark."""
    wanted: list[tuple[str, LogEntry | None]] = [(at.flags, entry) for at, entry in zip(spec.through, lines, strict=False)]
    wanted.append((spec.expect.flags, lines[-1] if lines else None))
    for flags, entry in wanted:
        seen = entry.flags if entry else ""
        if flags and flags not in seen.split(","):
            facts = {"proxy": entry.proxy if entry else "-", "caller": spec.from_, "callee": request.target}
            return failed("path.flags", *notes, expected=flags, seen=seen or "-", **facts)
    return None


def _tree(spec: PathSpec, request: Sent, lines: list[LogEntry], seen: Seen, notes: tuple[Evidence, ...]) -> Finding | None:
    """What the application says of it, where it answered: this nonce, from this service's pod, to the last proxy."""
    reply = request.reply
    if reply.tree is None and reply.status >= 400:
        return None
    pod, peer = tree_text(reply, "pod"), tree_text(reply, "peer")
    pods, nearest = seen.callees[request.target], _nearest(request, lines, seen)
    wrong: tuple[str, str] | None = None
    if not carries(reply):
        wrong = reply.nonce, str(((reply.tree or {}).get("headers") or {}).get("x-meshlab-nonce", "-"))
    elif pods and pod not in pods:
        wrong = ", ".join(sorted(pods)), pod or "-"
    elif nearest and pod != request.position.pod and peer != nearest and not (is_sidecar_of(lines, pod) and loopback(peer)):
        wrong = nearest, peer or "-"
    if wrong is None:
        return None
    return failed("path.tree", *notes, expected=wrong[0], seen=wrong[1], caller=spec.from_, callee=request.target)


def is_sidecar_of(lines: list[LogEntry], pod: str) -> bool:
    """Whether the last proxy is a sidecar of the pod that answered: the two then share addresses of their own."""
    return bool(lines) and lines[-1].pod == pod


def loopback(address: str) -> bool:
    """127.0.0.1, as plain Envoy connects; 127.0.0.6, as Istio's does."""
    return address.startswith("127.")


def _nearest(request: Sent, lines: list[LogEntry], seen: Seen) -> str:
    """The address that the application must see: the last proxy's pod, else the caller's own; empty when not known."""
    if not lines:
        return request.position.ip
    last = lines[-1]
    return next((pod.ip for pod in seen.proxies.get(last.proxy, []) if pod.pod == last.pod), "")


def missing_in_counters(
    spec: PathSpec, seen: Seen, envoys: set[str], before: counters.Totals, after: counters.Totals
) -> Finding | None:
    """A proxy that logged more requests than it counted did not send them."""
    lines = [entry for request in seen.sent for entry in seen.lines[request.reply.nonce] if entry.pod in envoys]
    short = counters.shortfall(before, after, lines)
    if short is None:
        return None
    entry, logged, grown = short
    request = next(request for request in seen.sent if request.reply.nonce == entry.nonce)
    facts = {"caller": spec.from_, "callee": request.target, "proxy": entry.proxy}
    return failed("path.counters", *notes_of([request], seen), expected=f"≥ {logged}", seen=str(grown), **facts)


def notes_of(sent: Iterable[Sent], seen: Seen) -> tuple[Evidence, ...]:
    shown = list(sent)[:SHOWN]
    lines = [entry for request in shown for entry in seen.lines.get(request.reply.nonce, [])[:LINES]]
    replies = [{"from": request.position.pod, "to": request.target, **shorten(request.reply)} for request in shown]
    return evidence("replies", replies), evidence("proxy logs", lines)
