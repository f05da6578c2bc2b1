"""Parts of a traced path: one call as its caller saw it, and hops put together."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from meshlab.check.world import LogEntry
from meshlab.run.api import Hop


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
    """One entry of `upstreams` in an application's tree; ip: of the application's pod."""
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
    """A log line as a hop, without what came after it."""
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
    """Nobody answered, and no proxy says that it tried: only the caller's own words are left."""
    name = call.name or host_label(urlsplit(call.url).netloc)
    return Hop(kind="service", name=name, status=call.status, ms=call.ms, error=call.error or "no-answer")


def nested(hops: list[Hop]) -> Hop:
    """Each hop inside the one before it."""
    inner = hops[-1]
    for hop in reversed(hops[:-1]):
        inner = changed(hop, hops=(inner,))
    return inner


def changed(hop: Hop, **changes: Any) -> Hop:
    """The hop with some fields others."""
    return replace(hop, **changes)


def host_label(netloc: str) -> str:
    """`catalog` of catalog.shop.svc.cluster.local:8080; an address with its port stays whole."""
    host = netloc.rpartition("@")[2].partition(":")[0]
    return netloc if host.replace(".", "").isdigit() else host.partition(".")[0]


def address_of(place: str) -> str:
    """The address of address:port."""
    return place.rpartition(":")[0].strip("[]")
