"""The picture as rows of (text, meaning): boxes and wires where they fit, else a list of calls. No Textual here."""

from __future__ import annotations

from itertools import groupby

from meshlab.report.matrix_text import pad, width
from meshlab.tui.topology.layout import Box, Layout, fits, place
from meshlab.tui.topology.model import Edge, Node, Picture, Row
from meshlab.tui.topology.wires import Wires, route

PROXY = "◆"
HEAD = "▶"
STATES = {"ok": "●", "warn": "◐", "error": "✘", "idle": "○"}
Cell = tuple[str, str]
Grid = dict[tuple[int, int], Cell]


def draw(picture: Picture, space: int, room: int) -> list[Row]:
    """Rows of at most `space` columns; `room` rows where that is possible, legend included."""
    legend = legend_rows(picture, space)
    height = room - len(legend)
    if not picture.nodes:
        return []
    if not fits(picture, space, height):
        return call_list(picture) + legend
    return _boxes_and_wires(picture, space, height) + legend


def legend_rows(picture: Picture, space: int) -> list[Row]:
    """The kinds of proxies with how many of them are ready, wrapped to the space."""
    rows: list[Row] = []
    used = space
    for proxy in picture.proxies:
        text = f"{proxy.id} {proxy.detail}".rstrip()
        if used + width(text) + 5 > space:
            rows.append([(" ", "")])
            used = 1
        rows[-1] += [(f"{PROXY} ", "proxy"), (proxy.id, ""), (f" {proxy.detail}", proxy.style), ("   ", "")]
        used += width(text) + 5
    return rows


def call_list(picture: Picture) -> list[Row]:
    """`web ─▶ catalog  2/2` for narrow places: the same facts, one call a line."""
    rows: list[Row] = []
    widest = max((width(node.id) for node in picture.nodes), default=0)
    styles = {node.id: node for node in picture.nodes}
    for source, edges in groupby(picture.edges, key=lambda edge: edge.source):
        rows.append(_node_line(styles[source]))
        rows += [_call_line(edge, widest) for edge in edges]
    leaves = {edge.source for edge in picture.edges}
    return rows + [_node_line(node) for node in picture.nodes if node.id not in leaves]


def _node_line(node: Node) -> Row:
    return [(f"{STATES[node.style]} ", node.style), (node.id, "name"), (f"  {node.detail}", node.style)]


def _call_line(edge: Edge, widest: int) -> Row:
    way = "─" + "".join(f"{PROXY}─" for _ in edge.through) + HEAD
    label = f"  {edge.label}" + (f"  {PROXY} {' '.join(edge.through)}" if edge.through else "")
    return [(f"   {pad(way, 5)} ", edge.style), (pad(edge.target, widest), ""), (label, edge.style)]


def _boxes_and_wires(picture: Picture, space: int, room: int) -> list[Row]:
    layout = place(picture, space, room)
    grid: Grid = {}
    ways = [(edge, _way(edge, layout)) for edge in picture.edges]
    _draw_wires(grid, ways)
    for box in layout.boxes.values():
        _draw_box(grid, box, any(edge.source == box.node.id for edge in picture.edges))
    for edge, points in ways:
        _draw_marks(grid, edge, points)
    return _rows(grid, space, room)


def _way(edge: Edge, layout: Layout) -> list[tuple[int, int]]:
    source, target = layout.boxes[edge.source], layout.boxes[edge.target]
    start, end = (source.x + source.width, source.middle), (target.x - 1, target.middle)
    return route(start, end, min(start[0] + 1, end[0] - 1))


def _draw_wires(grid: Grid, ways: list[tuple[Edge, list[tuple[int, int]]]]) -> None:
    wires = Wires()
    for edge, points in ways:
        wires.add(points, edge.style)
    for point in wires.mask:
        grid[point] = (wires.glyph(point), wires.style[point])


def _draw_marks(grid: Grid, edge: Edge, points: list[tuple[int, int]]) -> None:
    """Arrow head, proxies on the wire, and the label above its last straight part."""
    x, y = points[-1]
    grid[x, y] = (HEAD, edge.style)
    straight = sorted(px for px, py in points if py == y)
    first = x - 2 if x - 2 > straight[0] else x - 1
    for index, _ in enumerate(edge.through):
        if (at := first - 2 * index) > straight[0]:
            grid[at, y] = (PROXY, "proxy")
    room = x - straight[0]
    # Where the words of a failure do not fit, its glyph still says it.
    label = edge.label if width(edge.label) <= room else edge.label.split(" ")[0]
    if width(label) <= room:
        _put(grid, x - width(label) + 1, y - 1, label, edge.style)


def _draw_box(grid: Grid, box: Box, calls: bool) -> None:
    inner = box.width - 4
    style = box.node.style
    lines = [("╭" + "─" * (inner + 2) + "╮", style)]
    walls = [(box.node.id, f"{style} name"), (box.node.detail, style)]
    for number, (text, meaning) in enumerate(walls):
        _put(grid, box.x, box.y + 1 + number, "│ ", style)
        _put(grid, box.x + 2, box.y + 1 + number, text.center(inner), meaning)
        _put(grid, box.x + inner + 2, box.y + 1 + number, " ├" if calls and number == 1 else " │", style)
    _put(grid, box.x, box.y, *lines[0])
    _put(grid, box.x, box.y + 3, "╰" + "─" * (inner + 2) + "╯", style)


def _put(grid: Grid, x: int, y: int, text: str, meaning: str) -> None:
    for offset, char in enumerate(text):
        grid[x + offset, y] = (char, meaning)


def _rows(grid: Grid, space: int, room: int) -> list[Row]:
    rows: list[Row] = []
    for y in range(room):
        cells = [grid.get((x, y), (" ", "")) for x in range(space)]
        rows.append([("".join(char for char, _ in run), key) for key, run in groupby(cells, key=lambda cell: cell[1])])
    return rows
