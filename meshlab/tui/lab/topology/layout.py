"""Where things stand: columns by the longest way from an entry, boxes in the lab's order. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from meshlab.report.matrix_text import width
from meshlab.tui.lab.topology.model import Edge, Node, Picture

FLAT, TALL = 4, 5
"""Rows of a box without and with a line about its traffic."""
SMALLEST_GAP = 4


@dataclass(frozen=True)
class Box:
    """A node's place, in cells."""

    node: Node
    x: int
    y: int
    width: int
    tall: bool = False

    @property
    def height(self) -> int:
        """Rows."""
        return TALL if self.tall else FLAT

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands below the name."""
        return (self.node.detail, self.node.traffic) if self.tall else (self.node.line,)

    @property
    def middle(self) -> int:
        """The row on which its wires end."""
        return self.y + 2


@dataclass(frozen=True)
class Layout:
    """All boxes, and the size that they need."""

    boxes: dict[str, Box]
    width: int
    height: int


def columns(nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> list[list[Node]]:
    """Longest-path layering: a node sits right of its furthest caller. A circle of calls ends after len(nodes) rounds."""
    rank = {node.id: 0 for node in nodes}
    for _ in nodes:
        for edge in edges:
            rank[edge.target] = min(len(nodes) - 1, max(rank[edge.target], rank[edge.source] + 1))
    used = sorted(set(rank.values()))
    return [[node for node in nodes if rank[node.id] == column] for column in used]


def box_width(node: Node, tall: bool = False) -> int:
    """Name and lines with a space and a wall on each side."""
    lines = (node.detail, node.traffic) if tall else (node.line,)
    return max(width(node.id) + 2 * node.proxy, *map(width, lines), 3) + 4


def gap_needed(picture: Picture, left: set[str]) -> int:
    """Cells between two columns so that labels and proxies of the wires fit."""
    sizes = [width(edge.label) + 2 * len(edge.through) for edge in picture.edges if edge.source in left]
    return max([SMALLEST_GAP, *(size + 4 for size in sizes)])


def fits(picture: Picture, space: int, room: int, tall: bool = False) -> bool:
    """Whether boxes and wires fit into that many columns and rows."""
    cols = columns(picture.nodes, picture.edges)
    sizes = [max(box_width(node, tall) for node in col) for col in cols]
    height = max(map(len, cols)) * (TALL if tall else FLAT)
    return sum(sizes) + SMALLEST_GAP * (len(cols) - 1) <= space and height <= room


def place(picture: Picture, space: int, room: int, tall: bool = False) -> Layout:
    """Boxes spread over `space` columns and `room` rows."""
    cols = columns(picture.nodes, picture.edges)
    sizes = [max(box_width(node, tall) for node in col) for col in cols]
    gaps = [*_gaps(picture, cols, space - sum(sizes)), 0]
    tops = rows_of(picture, cols, room, TALL if tall else FLAT)
    boxes: dict[str, Box] = {}
    x = 0
    for col, size, gap in zip(cols, sizes, gaps, strict=True):
        boxes |= {node.id: Box(node, x, tops[node.id], size, tall) for node in col}
        x += size + gap
    return Layout(boxes, x, room)


def rows_of(picture: Picture, cols: list[list[Node]], room: int, height: int) -> dict[str, int]:
    """The top row of each box: the fullest column is spread evenly, the others stand beside what they are wired to."""
    fullest = max(range(len(cols)), key=lambda index: len(cols[index]))
    slot = room / len(cols[fullest])
    tops = {node.id: int(slot * row + (slot - height) / 2) for row, node in enumerate(cols[fullest])}
    for col in cols[fullest + 1 :]:
        callers = {node.id: [edge.source for edge in picture.edges if edge.target == node.id] for node in col}
        tops |= _beside(col, callers, tops, room, height)
    for col in reversed(cols[:fullest]):
        callees = {node.id: [edge.target for edge in picture.edges if edge.source == node.id] for node in col}
        tops |= _beside(col, callees, tops, room, height)
    return tops


def _beside(col: list[Node], wired: dict[str, list[str]], tops: dict[str, int], room: int, height: int) -> dict[str, int]:
    """Each at the mean of its neighbours' rows, pushed down where boxes would overlap and up where the room ends."""
    placed: dict[str, int] = {}
    free = 0
    for left, node in zip(range(len(col) - 1, -1, -1), col, strict=True):
        near = [tops[neighbour] for neighbour in wired[node.id] if neighbour in tops]
        wish = round(sum(near) / len(near)) if near else (room - height) // 2
        placed[node.id] = max(free, min(wish, room - height * (left + 1)))
        free = placed[node.id] + height
    return placed


def _gaps(picture: Picture, cols: list[list[Node]], free: int) -> list[int]:
    """What is free goes to the gaps whose labels need it, then to all of them."""
    wanted = [gap_needed(picture, {node.id for node in col}) for col in cols[:-1]]
    if not wanted:
        return []
    if sum(wanted) > free:
        return _shared(wanted, free)
    extra = min((free - sum(wanted)) // len(wanted), 10)
    return [width + extra for width in wanted]


def _shared(wanted: list[int], free: int) -> list[int]:
    """The smallest gap for all, and what is left, cell by cell, to those that want more."""
    gaps = [SMALLEST_GAP] * len(wanted)
    left = free - sum(gaps)
    while left > 0 and any(gap < want for gap, want in zip(gaps, wanted, strict=True)):
        for index, want in enumerate(wanted):
            if gaps[index] < want and left > 0:
                gaps[index] += 1
                left -= 1
    return gaps
