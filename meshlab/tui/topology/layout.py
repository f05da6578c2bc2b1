"""Where things stand: columns by the longest way from an entry, boxes in the lab's order. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from meshlab.report.matrix_text import width
from meshlab.tui.topology.model import Edge, Node, Picture

BOX_HEIGHT = 4
SMALLEST_GAP = 4


@dataclass(frozen=True)
class Box:
    """A node's place, in cells."""

    node: Node
    x: int
    y: int
    width: int

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
    return [[node for node in nodes if rank[node.id] == one] for one in used]


def box_width(node: Node) -> int:
    """Name and detail with a space and a wall on each side."""
    return max(width(node.id), width(node.detail), 3) + 4


def gap_needed(picture: Picture, left: set[str]) -> int:
    """Cells between two columns so that labels and proxies of the wires fit."""
    sizes = [width(edge.label) + 2 * len(edge.through) for edge in picture.edges if edge.source in left]
    return max([SMALLEST_GAP, *(size + 4 for size in sizes)])


def fits(picture: Picture, space: int, room: int) -> bool:
    """Whether boxes and wires fit into that many columns and rows."""
    cols = columns(picture.nodes, picture.edges)
    sizes = [max(box_width(node) for node in col) for col in cols]
    return sum(sizes) + SMALLEST_GAP * (len(cols) - 1) <= space and max(map(len, cols)) * BOX_HEIGHT <= room


def place(picture: Picture, space: int, room: int) -> Layout:
    """Boxes spread over `space` columns and `room` rows."""
    cols = columns(picture.nodes, picture.edges)
    sizes = [max(box_width(node) for node in col) for col in cols]
    gaps = [*_gaps(picture, cols, space - sum(sizes)), 0]
    tops = rows_of(picture, cols, room)
    boxes: dict[str, Box] = {}
    x = 0
    for col, size, gap in zip(cols, sizes, gaps, strict=True):
        boxes |= {node.id: Box(node, x, tops[node.id], size) for node in col}
        x += size + gap
    return Layout(boxes, x, room)


def rows_of(picture: Picture, cols: list[list[Node]], room: int) -> dict[str, int]:
    """The top row of each box: the fullest column is spread evenly, the others stand beside what they are wired to."""
    fullest = max(range(len(cols)), key=lambda index: len(cols[index]))
    slot = room / len(cols[fullest])
    tops = {node.id: int(slot * row + (slot - BOX_HEIGHT) / 2) for row, node in enumerate(cols[fullest])}
    for col in cols[fullest + 1 :]:
        callers = {node.id: [edge.source for edge in picture.edges if edge.target == node.id] for node in col}
        tops |= _beside(col, callers, tops, room)
    for col in reversed(cols[:fullest]):
        callees = {node.id: [edge.target for edge in picture.edges if edge.source == node.id] for node in col}
        tops |= _beside(col, callees, tops, room)
    return tops


def _beside(col: list[Node], wired: dict[str, list[str]], tops: dict[str, int], room: int) -> dict[str, int]:
    """Each at the mean of its neighbours' rows, pushed down where boxes would overlap and up where the room ends."""
    found: dict[str, int] = {}
    free = 0
    for left, node in zip(range(len(col) - 1, -1, -1), col, strict=True):
        near = [tops[one] for one in wired[node.id] if one in tops]
        wish = round(sum(near) / len(near)) if near else (room - BOX_HEIGHT) // 2
        found[node.id] = max(free, min(wish, room - BOX_HEIGHT * (left + 1)))
        free = found[node.id] + BOX_HEIGHT
    return found


def _gaps(picture: Picture, cols: list[list[Node]], free: int) -> list[int]:
    """What is free goes to gaps evenly, first to those whose labels need it."""
    wanted = [gap_needed(picture, {node.id for node in col}) for col in cols[:-1]]
    if not wanted:
        return []
    if sum(wanted) > free:
        return [max(SMALLEST_GAP, free // len(wanted))] * len(wanted)
    extra = min((free - sum(wanted)) // len(wanted), 10)
    return [one + extra for one in wanted]
