"""Orthogonal wires: every cell keeps the directions in which it is left, and directions merge into a glyph."""

from __future__ import annotations

from itertools import pairwise

UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
GLYPHS = {
    UP: "╵",
    DOWN: "╷",
    LEFT: "╴",
    RIGHT: "╶",
    UP | DOWN: "│",
    LEFT | RIGHT: "─",
    UP | RIGHT: "╰",
    UP | LEFT: "╯",
    DOWN | RIGHT: "╭",
    DOWN | LEFT: "╮",
    UP | DOWN | RIGHT: "├",
    UP | DOWN | LEFT: "┤",
    LEFT | RIGHT | DOWN: "┬",
    LEFT | RIGHT | UP: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}
OPPOSITE = {UP: DOWN, DOWN: UP, LEFT: RIGHT, RIGHT: LEFT}
Point = tuple[int, int]


def route(start: Point, end: Point, bend: int) -> list[Point]:
    """Cells from start to end: along the row to column `bend`, up or down, along the other row."""
    (x0, y0), (x1, y1) = start, end
    points = [(x, y0) for x in range(x0, bend + 1)]
    step = 1 if y1 > y0 else -1
    points += [(bend, y) for y in range(y0 + step, y1 + step, step)] if y1 != y0 else []
    return points + [(x, y1) for x in range(bend + 1, x1 + 1)]


def direction(start: Point, end: Point) -> int:
    """The way from a cell to its neighbour."""
    if end[0] != start[0]:
        return RIGHT if end[0] > start[0] else LEFT
    return DOWN if end[1] > start[1] else UP


class Wires:
    """The cells of all wires. A wire drawn later wins the colour of shared cells when it is worse."""

    def __init__(self) -> None:
        self.mask: dict[Point, int] = {}
        self.style: dict[Point, str] = {}

    def add(self, points: list[Point], style: str) -> None:
        """One wire along the points."""
        self._join(points[0], LEFT, style)
        for start, end in pairwise(points):
            way = direction(start, end)
            self._join(start, way, style)
            self._join(end, OPPOSITE[way], style)

    def _join(self, point: Point, way: int, style: str) -> None:
        self.mask[point] = self.mask.get(point, 0) | way
        self.style[point] = worse(self.style.get(point, style), style)

    def glyph(self, point: Point) -> str:
        """The box-drawing character of a cell."""
        return GLYPHS[self.mask[point]]


def worse(one: str, other: str) -> str:
    """The more alarming of two meanings; what is green beside red stays green only on its own cells."""
    order = ("ok", "idle", "warn", "error")
    return max(one, other, key=order.index)
