"""The picture as rows of (text, meaning): boxes and wires where they fit, else a list of calls. No Textual here."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby

from meshlab.report.matrix_text import pad, width
from meshlab.tui.lab.topology.boxes import HEAD, boxes_and_wires
from meshlab.tui.lab.topology.layout import fits
from meshlab.tui.lab.topology.model import PROXY, Edge, Node, Picture, Row

STATES = {"ok": "●", "warn": "◐", "error": "✘", "idle": "○"}


def draw(picture: Picture, space: int, room: int, tick: int | None = None) -> list[Row]:
    """Rows of at most `space` columns; `room` rows where that is possible, legend included.

    tick: how far the packets have moved, in cells; None draws none.
    """
    legend = legend_rows(picture, space)
    height = room - len(legend)
    if not picture.nodes:
        return []
    # The fullest that fits: what is left out stands in the legend and in the list.
    plainer = (picture, True), (picture, False), (without_doors(picture), False), (bare(picture), False)
    for plain_picture, tall in plainer:
        if fits(plain_picture, space, height, tall):
            return boxes_and_wires(plain_picture, space, height, tall, tick) + legend
    return call_list(picture) + legend


def without_doors(picture: Picture) -> Picture:
    """The services alone."""
    doors = {node.id for node in picture.nodes if node.proxy and not any(edge.target == node.id for edge in picture.edges)}
    nodes = tuple(node for node in picture.nodes if node.id not in doors)
    return Picture(nodes, tuple(edge for edge in picture.edges if edge.source not in doors), picture.proxies)


def bare(picture: Picture) -> Picture:
    """Neither doors nor what is received."""
    without = without_doors(picture)
    return replace(without, nodes=tuple(replace(node, flat="") for node in without.nodes))


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
    ways = max((len(edge.through) for edge in picture.edges), default=0)
    styles = {node.id: node for node in picture.nodes}
    for source, edges in groupby(picture.edges, key=lambda edge: edge.source):
        rows.append(_node_line(styles[source]))
        rows += [_call_line(edge, widest, 2 * ways + 2) for edge in edges]
    leaves = {edge.source for edge in picture.edges}
    return rows + [_node_line(node) for node in picture.nodes if node.id not in leaves]


def _node_line(node: Node) -> Row:
    more = f"  {node.traffic}" if node.traffic else ""
    mark = [(f"{PROXY} ", "proxy")] if node.proxy else []
    return [(f"{STATES[node.style]} ", node.style), *mark, (node.id, "name"), (f"  {node.detail}{more}", node.style)]


def _call_line(edge: Edge, widest: int, way: int) -> Row:
    """way: columns of the longest arrow."""
    arrow = "─" + "".join(f"{PROXY}─" for _ in edge.through) + HEAD
    seen = [name if times == 1 else f"{name} ×{times}" for name, times in Counter(edge.through).items()]
    labels = [edge.label, f"{PROXY} {', '.join(seen)}" if seen else ""]
    label = "".join(f"  {label_part}" for label_part in labels if label_part)
    return [(f"   {pad(arrow, way)} ", edge.style), (pad(edge.target, widest), ""), (label, edge.style)]
