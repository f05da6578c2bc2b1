"""The picture of services as text."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from meshlab.check.verdict import Outcome, Verdict
from meshlab.lab.address import Endpoint
from meshlab.lab.checks import Check, PathSpec, Through
from meshlab.lab.model import Proxy, Step
from meshlab.report.matrix_text import width
from meshlab.run.api import Cell, Matrix
from meshlab.tui.topology.build import build, services
from meshlab.tui.topology.draw import draw
from meshlab.tui.topology.layout import columns, fits
from meshlab.tui.topology.model import Edge, Node, Picture, ProxyLine, plain
from meshlab.tui.topology.wires import route, worse
from tests.tui.scripted import broken_matrix, example_pods, whole_matrix
from tests.tui.scripted_lab import lab

CHAIN = Picture(
    (Node("web", "1/1", "ok"), Node("catalog", "2/2", "ok"), Node("reviews", "0/1", "error")),
    (Edge("web", "catalog", "2/2", "ok", ("router",)), Edge("web", "reviews", "✘ refused", "error")),
    (ProxyLine("router", "1/1", "ok"),),
)


def green(check: str, time: float = 1.0) -> Verdict:
    return Verdict(check=check, step="router", kind="path", role="goal", outcome=Outcome.PASS, time=time)


def test_boxes_wires_proxies_and_labels() -> None:
    assert plain(draw(CHAIN, 44, 9)).splitlines() == [
        "                              ╭─────────╮",
        "                           2/2│ catalog │",
        "╭─────╮ ╭──────────────────◆─▶│   2/2   │",
        "│ web │ │                     ╰─────────╯",
        "│ 1/1 ├─┤                     ╭─────────╮",
        "╰─────╯ │            ✘ refused│ reviews │",
        "        ╰────────────────────▶│   0/1   │",
        "                              ╰─────────╯",
        " ◆ router 1/1",
    ]


def test_a_narrow_place_lists_the_calls() -> None:
    assert plain(draw(CHAIN, 20, 12)).splitlines() == [
        "● web  1/1",
        "   ─◆─▶  catalog  2/2  ◆ router",
        "   ─▶    reviews  ✘ refused",
        "● catalog  2/2",
        "✘ reviews  0/1",
        " ◆ router 1/1",
    ]


@pytest.mark.parametrize("size", [(70, 11), (80, 18), (100, 30), (60, 40), (30, 5)])
def test_no_row_is_wider_than_its_space(size: tuple[int, int]) -> None:
    picture = build(lab(), example_pods(), whole_matrix(), {})
    rows = draw(picture, *size)
    if fits(picture, size[0], size[1] - 1):
        assert max(width(line) for line in plain(rows).splitlines()) <= size[0]
        assert len(rows) <= size[1]
    for name in services(lab()):
        assert name in plain(rows)


def test_columns_follow_the_longest_way() -> None:
    picture = build(lab(), [], None, {})
    assert [[node.id for node in col] for col in columns(picture.nodes, picture.edges)] == [
        ["edge"],
        ["web"],
        ["catalog", "reviews"],
        ["pricing", "ratings"],
        ["legacy"],
    ]


def test_a_circle_of_calls_still_has_columns() -> None:
    nodes, edges = (Node("a"), Node("b")), (Edge("a", "b"), Edge("b", "a"))
    assert sorted(node.id for col in columns(nodes, edges) for node in col) == ["a", "b"]


def test_an_edge_is_as_red_as_its_calls() -> None:
    edges = {(one.source, one.target): one for one in build(lab(), example_pods(), broken_matrix(), {}).edges}
    assert (edges["edge", "web"].style, edges["edge", "web"].label) == ("ok", "2/2")
    assert (edges["web", "catalog"].style, edges["web", "catalog"].label) == ("error", "✘ refused")


def test_what_was_not_measured_is_idle() -> None:
    matrix = Matrix(rows=("web",), columns=("catalog",), cells=(Cell(row="web", column="catalog", ok=0, of=0),))
    assert {edge.style for edge in build(lab(), [], matrix, {}).edges} == {"idle"}


def test_a_proxy_is_drawn_only_where_it_was_seen() -> None:
    routed = build(lab(), [], None, {"catalog-routed": green("catalog-routed")})
    through = {(edge.source, edge.target): edge.through for edge in routed.edges}
    assert through["web", "catalog"] == ("router",)
    assert through["web", "reviews"] == ()


def test_nodes_say_how_many_pods_are_ready() -> None:
    nodes = {node.id: node for node in build(lab(), example_pods(), None, {}).nodes}
    assert (nodes["catalog"].detail, nodes["catalog"].style) == ("2/2 v1 v2", "ok")
    assert (nodes["ratings"].detail, nodes["ratings"].style) == ("1/2", "warn")


def test_a_sidecar_is_named_in_its_box() -> None:
    spec = replace(lab(), proxies={"sidecar": Proxy(select={"tier": "app"}, container="envoy")})
    pod: dict[str, Any] = {"labels": {"app": "web", "tier": "app"}, "containers": ["shop", "envoy"], "ready": True}
    details = {node.id: node.detail for node in build(spec, [pod], None, {}).nodes}
    assert details["web"] == "1/1 ◆"
    bare = {**pod, "containers": ["shop"]}
    assert {node.id: node.detail for node in build(spec, [bare], None, {}).nodes}["web"] == "1/1"


def test_what_a_probe_meets_every_caller_meets() -> None:
    spec = lab()
    services = {**spec.services, "probe": Endpoint(select={"app": "probe"}, probe=True)}
    check = Check(id="all", path=PathSpec(from_="probe", to=("ratings",), through=(Through(proxy="router"),)), fresh="x")
    spec = replace(spec, services=services, steps=(Step(id="router", checks=(check,)),))
    edges = {(one.source, one.target): one.through for one in build(spec, [], None, {"all": green("all")}).edges}
    assert edges["reviews", "ratings"] == ("router",)
    assert edges["web", "catalog"] == ()


def test_a_proxy_that_is_not_deployed_is_not_broken() -> None:
    pods = [pod for pod in example_pods() if pod["labels"]["app"] != "router"]
    router = next(one for one in build(lab(), pods, None, {}).proxies if one.id == "router")
    assert (router.detail, router.style) == ("–", "idle")


def test_wires_bend_once() -> None:
    assert route((0, 0), (4, 2), 2) == [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (3, 2), (4, 2)]
    assert worse("ok", "error") == "error"
