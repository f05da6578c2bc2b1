"""Boxes, wires, proxies and packets on a grid of cells. No Textual here."""

from __future__ import annotations

from itertools import groupby, pairwise

from meshlab.report.matrix_text import width
from meshlab.tui.lab.topology.layout import Box, Layout, place
from meshlab.tui.lab.topology.model import PROXY, Edge, Picture, Row
from meshlab.tui.lab.topology.wires import DOWN, Point, Wires, direction, route

HEAD = "▶"
PACKET = "•"
APART = 7
"""Cells between two packets of a wire."""
Grid = dict[Point, tuple[str, str]]


def boxes_and_wires(picture: Picture, space: int, room: int, tall: bool, tick: int | None) -> list[Row]:
    """`room` rows. They must fit (see layout.fits)."""
    layout = place(picture, space, room, tall)
    grid: Grid = {}
    ways = [(edge, _way(edge, layout)) for edge in picture.edges]
    _draw_wires(grid, ways)
    for edge, points in ways if tick is not None else ():
        _draw_packets(grid, edge, points, tick or 0)
    callers = {edge.source for edge in picture.edges}
    for box in layout.boxes.values():
        _draw_box(grid, box, box.node.id in callers)
    for edge, points in ways:
        _draw_ends(grid, edge, points)
    for edge, points in ways:
        _draw_label(grid, edge, points)
    return _rows(grid, space, room)


def _way(edge: Edge, layout: Layout) -> list[Point]:
    """Bent at once where the columns are neighbours; over several columns where no box stands in the way, late if possible."""
    source, target = layout.boxes[edge.source], layout.boxes[edge.target]
    start, end = (source.x + source.width, source.middle), (target.x - 1, target.middle)
    between = [box for box in layout.boxes.values() if start[0] <= box.x and box.x + box.width <= end[0]]
    bends = [max(box.x + box.width for box in (*between, source)) + 1, start[0] + 1]
    ways = [route(start, end, min(bend, end[0] - 1)) for bend in bends]
    return next((way for way in ways if not any(_hits(box, way) for box in between)), ways[-1])


def _hits(box: Box, points: list[Point]) -> bool:
    return any(box.x <= x < box.x + box.width and box.y <= y < box.y + box.height for x, y in points)


def _draw_wires(grid: Grid, ways: list[tuple[Edge, list[Point]]]) -> None:
    wires = Wires()
    for edge, points in ways:
        wires.add(points, edge.style)
    for point in wires.mask:
        grid[point] = (wires.glyph(point), wires.style[point])


def _draw_packets(grid: Grid, edge: Edge, points: list[Point], tick: int) -> None:
    """Only where requests were counted."""
    for index, point in enumerate(points[:-1] if edge.flows else ()):
        if (index - tick) % APART == 0:
            grid[point] = (PACKET, "packet")


def _draw_ends(grid: Grid, edge: Edge, points: list[Point]) -> None:
    """Arrow head, and before it the proxies that were seen, the last one nearest."""
    grid[points[-1]] = (HEAD, edge.style)
    for index, _ in enumerate(edge.through):
        if (at := len(points) - 2 - 2 * index) >= 0:
            grid[points[at]] = (PROXY, "proxy")


def _draw_label(grid: Grid, edge: Edge, points: list[Point]) -> None:
    """Beside the end of the wire, on the side from which it does not come; where not all words fit, the first still say it."""
    x, y = points[-1]
    comes_down = DOWN in [direction(one, other) for one, other in pairwise(points)]
    words = edge.label.split(" ")
    for count in range(len(words), 0, -1):
        label = " ".join(words[:count])
        first = x - width(label) + 1
        for row in (y + 1, y - 1) if comes_down else (y - 1, y + 1):
            if row >= 0 and first >= 0 and not any((at, row) in grid for at in range(first, x + 1)):
                _put(grid, first, row, label, edge.style)
                return


def _draw_box(grid: Grid, box: Box, calls: bool) -> None:
    inner = box.width - 4
    style = box.node.style
    name = f"{PROXY} {box.node.id}" if box.node.proxy else box.node.id
    walls = [(name, "proxy name" if box.node.proxy else f"{style} name"), *((line, style) for line in box.lines)]
    _put(grid, box.x, box.y, "╭" + "─" * (inner + 2) + "╮", style)
    for number, (text, meaning) in enumerate(walls):
        _put(grid, box.x, box.y + 1 + number, "│ ", style)
        _put(grid, box.x + 2, box.y + 1 + number, text.center(inner), meaning)
        _put(grid, box.x + inner + 2, box.y + 1 + number, " ├" if calls and number == 1 else " │", style)
    _put(grid, box.x, box.y + 1 + len(walls), "╰" + "─" * (inner + 2) + "╯", style)


def _put(grid: Grid, x: int, y: int, text: str, meaning: str) -> None:
    for offset, char in enumerate(text):
        grid[x + offset, y] = (char, meaning)


def _rows(grid: Grid, space: int, room: int) -> list[Row]:
    rows: list[Row] = []
    for y in range(room):
        cells = [grid.get((x, y), (" ", "")) for x in range(space)]
        rows.append([("".join(char for char, _ in run), key) for key, run in groupby(cells, key=lambda cell: cell[1])])
    return rows
