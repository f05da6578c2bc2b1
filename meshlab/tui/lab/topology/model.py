"""What the topology picture shows: services, who calls whom, and the proxies between them. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

PROXY = "◆"


@dataclass(frozen=True)
class Node:
    """A service, or a proxy that is a door. `style` is a meaning: ok, warn, error or idle."""

    id: str
    detail: str = ""
    style: str = "idle"
    traffic: str = ""
    """What it receives, where no single edge says it, and how its versions share it: a line of its own where there is room."""
    flat: str = ""
    """Both in one line, shortened, where there is none; empty: as `detail`."""
    proxy: bool = False

    @property
    def line(self) -> str:
        """What stands below the name where only one line does."""
        return self.flat or self.detail


@dataclass(frozen=True)
class Edge:
    """One service calls another. `through` are the proxies that were seen on the way, in order."""

    source: str
    target: str
    label: str = ""
    style: str = "idle"
    through: tuple[str, ...] = ()
    flows: bool = False
    """Whether requests were counted on it: only then do packets move."""


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
