"""What the topology picture shows: services, who calls whom, and the proxies between them. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A service. `style` is a meaning: ok, warn, error or idle."""

    id: str
    detail: str = ""
    style: str = "idle"


@dataclass(frozen=True)
class Edge:
    """One service calls another. `through` are the proxies that were seen on the way, in order."""

    source: str
    target: str
    label: str = ""
    style: str = "idle"
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProxyLine:
    """One kind of proxy in the legend."""

    id: str
    detail: str
    style: str


@dataclass(frozen=True)
class Picture:
    """All that is drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    proxies: tuple[ProxyLine, ...] = ()


Segment = tuple[str, str]
"""(text, meaning)"""
Row = list[Segment]


def plain(rows: list[Row]) -> str:
    """The drawing as text, for tests and for copying."""
    return "\n".join("".join(text for text, _ in row).rstrip() for row in rows)
