"""Builds the path of one request as a tree of hops, from the applications' call tree and the proxies' logs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from meshlab.check.calls import address_of
from meshlab.check.world import LogEntry, Reply
from meshlab.run.api import Hop, Trace
from meshlab.words import Words

OUTSIDE = ""
"""Address of a caller that is not a pod: its requests arrive with the address of a node."""


class PodAt(Struct, frozen=True):
    """A pod and its place; `proxy` is the lab's name for the proxy that the pod runs, else empty."""

    name: str
    ip: str
    node: str = ""
    proxy: str = ""


class RequestEvidence(Struct, frozen=True, kw_only=True):
    """Everything that is known about one request."""

    nonce: str
    url: str
    reply: Reply
    caller: Hop
    caller_ip: str = OUTSIDE
    entries: tuple[LogEntry, ...] = ()
    pods: tuple[PodAt, ...] = ()
    missing: tuple[Words | str, ...] = ()
    """What could not be read at all."""


def merge(evidence: RequestEvidence) -> Trace:
    """Merges the evidence into one tree. A hop without a log line is in the tree, too, and named in `missing`."""
    merger = _Merger(evidence)
    reply = evidence.reply
    first = merger.call(Call(evidence.caller_ip, evidence.url, reply.status, reply.ms, reply.error or "", reply.tree))
    merger.leftovers()
    root = Hop(
        kind="client",
        name=evidence.caller.name,
        pod=evidence.caller.pod,
        node=evidence.caller.node,
        status=reply.status,
        ms=reply.ms,
        error=reply.error or "",
        hops=(first,) if first else (),
    )
    return Trace(
        nonce=evidence.nonce,
        url=evidence.url,
        status=reply.status,
        ms=reply.ms,
        root=root,
        missing=(*evidence.missing, *merger.missing),
    )


class _Merger:
    """Builds the tree and uses each log line once."""

    def __init__(self, evidence: RequestEvidence) -> None:
        self._left = sorted(evidence.entries, key=lambda entry: (entry.t, -entry.duration_ms))
        self._ips = {pod.ip: pod for pod in evidence.pods if pod.ip}
        self._names = {pod.name: pod for pod in evidence.pods}
        self.missing: list[Words] = []

    def call(self, call: Call) -> Hop | None:
        """Nests the proxies that the call went through around the service that answered."""
        end = self._service(call)
        chain = self._chain(call)
        hops = [proxy_hop(entry) for entry in chain]
        if unseen := self._unlogged(call, chain):
            hops.append(unseen)
        if end is None and hops:
            hops[-1] = changed(hops[-1], error=call.error)
            return nested(hops)
        return nested([*hops, end or unreached(call)])

    def leftovers(self) -> None:
        """Reports log lines that belong to no call: a proxy retried, or called a service that no application reported."""
        for entry in self._left:
            facts = {"proxy": entry.proxy, "pod": entry.pod, "authority": entry.authority}
            self.missing.append(Words("run.trace.extra-line", {**facts}))

    def _service(self, call: Call) -> Hop | None:
        tree = call.tree
        if tree is None:
            return None
        ip = self._ip_of(tree.get("pod", ""))
        return Hop(
            kind="service",
            name=tree.get("service", ""),
            version=tree.get("version", ""),
            pod=tree.get("pod", ""),
            node=tree.get("node", ""),
            status=tree.get("status") or call.status,
            ms=tree.get("ms"),
            error=call.error,
            detail=Words("run.trace.attempts", {"attempts": call.attempts}) if call.attempts > 1 else "",
            hops=tuple(hop for up in tree.get("upstreams") or () if (hop := self.call(of_upstream(up, ip)))),
        )

    def _chain(self, call: Call) -> list[LogEntry]:
        """Follows the proxies from the caller: the next line comes from the last proxy's pod, for the same host."""
        callee = (call.tree or {}).get("pod", "")
        chain: list[LogEntry] = []
        at, hosts = call.caller_ip, {host_label(urlsplit(call.url).netloc)}
        while entry := self._next(at, hosts, callee, arrived=self._arrived(chain, callee)):
            self._left.remove(entry)
            chain.append(entry)
            at, hosts = self._ip_of(entry.pod), hosts | {host_label(entry.authority)}
        return chain

    def _next(self, at: str, hosts: set[str], callee: str, *, arrived: bool) -> LogEntry | None:
        fitting = [
            entry
            for entry in self._left
            if (host_label(entry.authority) in hosts or self._arrived([entry], callee)) and (not arrived or entry.pod == callee)
        ]
        exact = [entry for entry in fitting if at and address_of(entry.downstream) == at]
        # An address that belongs to no pod: source NAT replaced the caller's by a node's.
        masked = [entry for entry in fitting if address_of(entry.downstream) not in self._ips]
        return next(iter([*exact, *masked]), None)

    def _arrived(self, chain: list[LogEntry], callee: str) -> bool:
        """Whether the last proxy sent the request to the callee's pod: then only a proxy inside that pod can follow."""
        ip = self._ip_of(callee)
        return bool(chain and ip) and address_of(chain[-1].upstream_host) == ip

    def _unlogged(self, call: Call, chain: Iterable[LogEntry]) -> Hop | None:
        """Returns the proxy that called the application, when its log has no line for it."""
        peer = self._ips.get((call.tree or {}).get("peer", ""))
        if peer is None or not peer.proxy or peer.name in [entry.pod for entry in chain] or peer.ip == call.caller_ip:
            return None
        service = (call.tree or {}).get("service", "")
        self.missing.append(Words("run.trace.no-line", {"proxy": peer.proxy, "pod": peer.name, "service": service}))
        return Hop(kind="proxy", name=peer.proxy, pod=peer.name, node=peer.node)

    def _ip_of(self, pod: str) -> str:
        return self._names[pod].ip if pod in self._names else ""


class Call(Struct, frozen=True):
    """One call as its caller saw it."""

    caller_ip: str
    url: str
    status: int
    ms: float
    error: str
    tree: dict[str, Any] | None
    name: str = ""
    attempts: int = 1


def of_upstream(raw: dict[str, Any], ip: str) -> Call:
    """Converts one entry of `upstreams` in an application's tree; ip: of the application's pod."""
    return Call(
        caller_ip=ip,
        url=raw.get("url", ""),
        status=raw.get("status") or 0,
        ms=raw.get("ms") or 0.0,
        error=raw.get("error") or "",
        tree=raw.get("tree"),
        name=raw.get("name", ""),
        attempts=raw.get("attempts") or 1,
    )


def proxy_hop(entry: LogEntry) -> Hop:
    """Converts a log line to a hop without hops below it."""
    detail = " ".join(part for part in (entry.upstream_cluster, entry.flags) if part)
    return Hop(
        kind="proxy",
        name=entry.proxy,
        pod=entry.pod,
        node=entry.node,
        status=entry.status,
        ms=entry.duration_ms,
        detail=detail,
    )


def unreached(call: Call) -> Hop:
    """Makes the hop of a service that did not answer, from what the caller reported."""
    name = call.name or host_label(urlsplit(call.url).netloc)
    return Hop(kind="service", name=name, status=call.status, ms=call.ms, error=call.error or "no-answer")


def nested(hops: list[Hop]) -> Hop:
    """Nests each hop in the one before it."""
    inner = hops[-1]
    for hop in reversed(hops[:-1]):
        inner = changed(hop, hops=(inner,))
    return inner


def changed(hop: Hop, **changes: Any) -> Hop:
    """Returns the hop with some fields replaced."""
    return replace(hop, **changes)


def host_label(netloc: str) -> str:
    """Returns `catalog` for catalog.shop.svc.cluster.local:8080; an IP address keeps its port."""
    host = netloc.rpartition("@")[2].partition(":")[0]
    return netloc if host.replace(".", "").isdigit() else host.partition(".")[0]
