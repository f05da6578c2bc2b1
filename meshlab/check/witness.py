"""What three witnesses say of one request: the proxies' logs, the caller, the application's tree; and the counters of all."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from meshlab.check import counters, trail
from meshlab.check.findings import SHOWN, evidence, failed
from meshlab.check.observe import answered, carries, shorten, tree_text
from meshlab.check.verdict import Evidence, Finding
from meshlab.check.world import LogEntry, Position, Reply
from meshlab.lab.checks import PathSpec

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
    trails: trail.Trails
    proxies: dict[str, list[Position]]
    """Pods of the proxies that must be passed."""
    callees: dict[str, set[str]]
    """Pods of each service that was called; empty where they cannot be told."""


def judge(spec: PathSpec, one: Sent, seen: Seen) -> Finding | None:
    """What is wrong with one request, None when nothing is."""
    reply, way = one.reply, seen.trails.get(one.reply.nonce, [])
    notes = notes_of([one], seen)
    ends = {"caller": spec.from_, "callee": one.target}
    off = trail.detour(spec.through, way, one.position.node, tree_text(reply, "node")) or _elsewhere(spec, one, way, seen)
    # A request that goes round and round gets no answer either: what it passed says why.
    if not answered(reply) and not (off and off.reason == "path.extra-proxy"):
        error = reply.error or "-"
        return failed("path.no-answer", *notes, expected=str(spec.expect.status), seen=error, error=error, **ends)
    if off:
        names = {"proxy": off.proxy, "other": off.other, "proxies": off.expected}
        return failed(off.reason, *notes, expected=off.expected, seen=off.seen, **names, **ends)
    return _answer(spec, one, notes) or _flags(spec, one, way, notes) or _tree(spec, one, way, seen, notes)


def _elsewhere(spec: PathSpec, one: Sent, way: list[LogEntry], seen: Seen) -> trail.Detour | None:
    """A sidecar of another pod than the caller's or the callee's own, where that pod has one itself."""
    ends = {"caller": one.position.pod, "callee": tree_text(one.reply, "pod")}
    for at, entry in zip(spec.through, way, strict=True):
        pod = ends.get(at.at, "")
        has = any(position.pod == pod for position in seen.proxies.get(at.proxy, []))
        if has and entry.pod != pod:
            here, there = f"{at.proxy}@{pod}", f"{entry.proxy}@{entry.pod}"
            return trail.Detour("path.wrong-proxy", here, there, here, there)
    return None


def _answer(spec: PathSpec, one: Sent, notes: tuple[Evidence, ...]) -> Finding | None:
    """What the caller got: status, version, time."""
    reply, expect = one.reply, spec.expect
    facts = [("path.status", str(expect.status), str(reply.status), reply.status == expect.status)]
    if expect.version:
        version = tree_text(reply, "version")
        facts.append(("path.version", expect.version, version or "-", version == expect.version))
    if expect.milliseconds:
        low, high = expect.milliseconds
        facts.append(("path.timing", f"{low:g}–{high:g} ms", f"{reply.ms:.0f} ms", low <= reply.ms <= high))
    for reason, expected, seen, holds in facts:
        if not holds:
            return failed(reason, *notes, expected=expected, seen=seen, caller=spec.from_, callee=one.target)
    return None


def _flags(spec: PathSpec, one: Sent, way: list[LogEntry], notes: tuple[Evidence, ...]) -> Finding | None:
    """What the proxies say of it: an answer of the application's own making does not carry a proxy's mark."""
    wanted: list[tuple[str, LogEntry | None]] = [(at.flags, entry) for at, entry in zip(spec.through, way, strict=False)]
    wanted.append((spec.expect.flags, way[-1] if way else None))
    for flags, entry in wanted:
        seen = entry.flags if entry else ""
        if flags and flags not in seen.split(","):
            facts = {"proxy": entry.proxy if entry else "-", "caller": spec.from_, "callee": one.target}
            return failed("path.flags", *notes, expected=flags, seen=seen or "-", **facts)
    return None


def _tree(spec: PathSpec, one: Sent, way: list[LogEntry], seen: Seen, notes: tuple[Evidence, ...]) -> Finding | None:
    """What the application says of it, where it answered: this nonce, from this service's pod, to the last proxy."""
    reply = one.reply
    if reply.tree is None and reply.status >= 400:
        return None
    pod, peer = tree_text(reply, "pod"), tree_text(reply, "peer")
    pods, nearest = seen.callees[one.target], _nearest(one, way, seen)
    wrong: tuple[str, str] | None = None
    if not carries(reply):
        wrong = reply.nonce, str(((reply.tree or {}).get("headers") or {}).get("x-meshlab-nonce", "-"))
    elif pods and pod not in pods:
        wrong = ", ".join(sorted(pods)), pod or "-"
    elif nearest and pod != one.position.pod and peer != nearest and not (beside(way, pod) and loopback(peer)):
        wrong = nearest, peer or "-"
    if wrong is None:
        return None
    return failed("path.tree", *notes, expected=wrong[0], seen=wrong[1], caller=spec.from_, callee=one.target)


def beside(way: list[LogEntry], pod: str) -> bool:
    """Whether the last proxy is a sidecar of the pod that answered: then it may come from an address of their own."""
    return bool(way) and way[-1].pod == pod


def loopback(address: str) -> bool:
    """127.0.0.1, as plain Envoy connects; 127.0.0.6, as Istio's does."""
    return address.startswith("127.")


def _nearest(one: Sent, way: list[LogEntry], seen: Seen) -> str:
    """The address that the application must see: the last proxy's pod, else the caller's own; empty when not known."""
    if not way:
        return one.position.ip
    last = way[-1]
    return next((pod.ip for pod in seen.proxies.get(last.proxy, []) if pod.pod == last.pod), "")


def uncounted(spec: PathSpec, seen: Seen, envoys: set[str], before: counters.Totals, after: counters.Totals) -> Finding | None:
    """A proxy that logged more requests than it counted did not send them."""
    lines = [entry for one in seen.sent for entry in seen.trails[one.reply.nonce] if entry.pod in envoys]
    short = counters.shortfall(before, after, lines)
    if short is None:
        return None
    entry, logged, grown = short
    one = next(one for one in seen.sent if one.reply.nonce == entry.nonce)
    facts = {"caller": spec.from_, "callee": one.target, "proxy": entry.proxy}
    return failed("path.counters", *notes_of([one], seen), expected=f"≥ {logged}", seen=str(grown), **facts)


def notes_of(sent: Iterable[Sent], seen: Seen) -> tuple[Evidence, ...]:
    shown = list(sent)[:SHOWN]
    lines = [entry for one in shown for entry in seen.trails.get(one.reply.nonce, [])[:LINES]]
    replies = [{"from": one.position.pod, "to": one.target, **shorten(one.reply)} for one in shown]
    return evidence("replies", replies), evidence("proxy logs", lines)
