"""The proxies that a request passed, from their logs, against those that it should pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from meshlab.check.calls import address_of, gather
from meshlab.check.inputs import Inputs
from meshlab.check.world import LogEntry, Position
from meshlab.lab.checks import Through

WITHIN = 3.0
"""Seconds for a log line to show up where it must. Envoy flushes each 100 ms; the kubelet and the API server pass it on."""
ABSENT = 0.6
"""Seconds to wait for a line where none should be, after all expected ones are there."""

LONGEST = 100
"""Log lines of one request that are put in order; a request in a loop leaves thousands."""

SHORT = 4
"""Proxies that a line of text names."""

LinesByNonce = dict[str, list[LogEntry]]
"""Nonce to its log lines, in the order in which the request passed them."""


class Deviation(Struct, frozen=True):
    """How the proxies that a request passed differ from those asked for: a reason id of `path`, and the proxies it is about."""

    reason: str
    expected: str
    seen: str
    proxy: str = ""
    other: str = ""


async def pods_of(inputs: Inputs, names: Iterable[str]) -> dict[str, list[Position]]:
    """The running pods of each proxy."""
    unique = list(dict.fromkeys(names))
    pods = await gather(inputs.world.proxy_pods(name) for name in unique)
    return dict(zip(unique, pods, strict=True))


async def lines_by_nonce(
    inputs: Inputs, pods: dict[str, list[Position]], avoided: Sequence[str], starts: dict[str, str]
) -> LinesByNonce:
    """Log lines of each nonce: first of the proxies that must have it, then of all others, which get a moment less.

    `pods` are those of the proxies that must have it; `starts` maps each nonce to the address it was sent from.
    """
    nonces = list(starts)
    # A proxy without a pod has no log to wait for.
    required = [name for name, group in pods.items() if group]
    others = [name for name in dict.fromkeys([*inputs.lab.proxies, *avoided]) if name not in pods]
    wanted = await gather(inputs.world.access_logs(name, nonces, WITHIN) for name in required)
    unexpected = await gather(inputs.world.access_logs(name, nonces, ABSENT) for name in others)
    addresses = {pod.pod: pod.ip for group in pods.values() for pod in group}
    lines: dict[str, list[LogEntry]] = defaultdict(list)
    for entry in (entry for group in [*wanted, *unexpected] for entry in group):
        lines[entry.nonce].append(entry)
    return {nonce: in_order(lines[nonce][:LONGEST], start, addresses) for nonce, start in starts.items()}


def in_order(entries: list[LogEntry], start: str, addresses: dict[str, str]) -> list[LogEntry]:
    """From the caller on: each next line is the one whose downstream is the last hop's pod, else the earliest.

    Lines that start in the same millisecond: the outer request lasts longer.
    """
    left = sorted(entries, key=lambda entry: (entry.t, -entry.duration_ms))
    ordered: list[LogEntry] = []
    at = start
    while left:
        following = next((entry for entry in left if at and address_of(entry.downstream) == at), left[0])
        left.remove(following)
        ordered.append(following)
        at = addresses.get(following.pod, "")
    return ordered


def deviation(through: Sequence[Through], lines: Sequence[LogEntry], caller_node: str, callee_node: str) -> Deviation | None:
    """How what one request passed differs from `through`; None when it does not."""
    wanted = [hop.proxy for hop in through]
    passed = [entry.proxy for entry in lines]
    expected, seen = chain(wanted), chain(passed)
    unexpected = [name for name in passed if name not in wanted]
    lacking = next((name for name in wanted if passed.count(name) < wanted.count(name)), "")
    if lacking:
        other = unexpected[0] if unexpected else ""
        return Deviation("path.wrong-proxy" if other else "path.no-proxy", expected, seen, lacking, other)
    if len(passed) > len(wanted):
        twice = next((name for name in passed if passed.count(name) > wanted.count(name)), "")
        return Deviation("path.extra-proxy", expected, seen, other=unexpected[0] if unexpected else twice)
    if passed != wanted:
        return Deviation("path.order", expected, seen)
    return _place(through, lines, {"caller": caller_node, "callee": callee_node})


def _place(through: Sequence[Through], lines: Sequence[LogEntry], nodes: dict[str, str]) -> Deviation | None:
    """A proxy of the right kind, on another node than the caller's or the callee's own."""
    for hop, entry in zip(through, lines, strict=True):
        node = nodes.get(hop.at, "")
        if node and entry.node != node:
            wanted, actual = f"{hop.proxy}@{node}", f"{entry.proxy}@{entry.node}"
            return Deviation("path.wrong-proxy", wanted, actual, wanted, actual)
    return None


def chain(names: Sequence[str]) -> str:
    """router → node-proxy, or a dash for no proxy at all; a loop in short."""
    more = f" → … ({len(names)})" if len(names) > SHORT else ""
    return " → ".join(names[:SHORT]) + more or "-"
