"""The picture of services as text."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from meshlab.check.verdict import Cell, Outcome, Verdict
from meshlab.lab.address import Endpoint
from meshlab.lab.checks import Check, PathSpec, Through
from meshlab.lab.model import Proxy, Step
from meshlab.report.matrix_text import width
from meshlab.report.rates import SHORTEST, Rates, rates
from meshlab.run.api import Matrix, Received, Traffic
from meshlab.tui.lab.topology.build import build
from meshlab.tui.lab.topology.draw import draw
from meshlab.tui.lab.topology.layout import columns, fits
from meshlab.tui.lab.topology.model import Edge, Node, Picture, ProxyLine, plain
from meshlab.tui.lab.topology.routes import services
from meshlab.tui.lab.topology.wires import route, worse
from tests.tui.scripted_lab import lab
from tests.tui.scripted_samples import broken_matrix, example_pods, example_traffic, whole_matrix

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
        "╭─────╮ ╭───────────────────◆▶│   2/2   │",
        "│ web │ │                     ╰─────────╯",
        "│ 1/1 ├─┤                     ╭─────────╮",
        "╰─────╯ │                     │ reviews │",
        "        ╰────────────────────▶│   0/1   │",
        "                     ✘ refused╰─────────╯",
        " ◆ router 1/1",
    ]


def test_a_narrow_place_lists_the_calls() -> None:
    assert plain(draw(CHAIN, 20, 12)).splitlines() == [
        "● web  1/1",
        "   ─◆─▶ catalog  2/2  ◆ router",
        "   ─▶   reviews  ✘ refused",
        "● catalog  2/2",
        "✘ reviews  0/1",
        " ◆ router 1/1",
    ]


COUNTED = rates(example_traffic(10), example_traffic(20))


def test_what_was_counted_stands_on_the_only_wire_to_it_else_in_its_box() -> None:
    spec = replace(lab(), graph={**lab().graph, "legacy": ("ratings",)})
    picture = build(spec, example_pods(), None, {}, COUNTED)
    labels = {(edge.source, edge.target): edge.label for edge in picture.edges}
    assert labels["web", "catalog"] == "12/s"
    assert labels["reviews", "ratings"] == labels["legacy", "ratings"] == ""
    nodes = {node.id: node for node in picture.nodes}
    assert (nodes["ratings"].traffic, nodes["catalog"].traffic) == ("12/s", "83% 17%")
    assert nodes["catalog"].line == "2/2 v1 83%"


def test_failures_are_told_in_words_and_colour() -> None:
    edges = {edge.target: edge for edge in build(lab(), example_pods(), whole_matrix(), {}, COUNTED).edges}
    assert (edges["ratings"].label, edges["ratings"].style) == ("◐ 33% 5xx 12/s", "warn")
    assert (edges["pricing"].label, edges["pricing"].style) == ("12/s", "ok")
    partly = Matrix(
        rows=("web",), columns=("catalog",), cells=(Cell(row="web", column="catalog", ok=1, of=4, errors={"reset": 3}),)
    )
    edges = {edge.target: edge for edge in build(lab(), example_pods(), partly, {}, COUNTED).edges}
    assert edges["catalog"].label == "◐ 75% reset 12/s"


def test_packets_move_only_on_wires_where_requests_were_counted() -> None:
    def packets(rates: Rates, tick: int | None) -> set[tuple[int, int]]:
        lines = plain(draw(build(lab(), example_pods(), broken_matrix(), {}, rates), 82, 13, tick)).splitlines()
        return {(row, column) for row, line in enumerate(lines) for column, char in enumerate(line) if char == "•"}

    assert packets(COUNTED, None) == packets({}, 3) == set()
    first, second = packets(COUNTED, 3), packets(COUNTED, 4)
    # Only the edge still reaches web.
    assert {row for row, _ in first} == {5}
    assert second == {(row, column + 1) for row, column in first}


def test_a_door_stands_before_the_first_service_once_a_check_came_in_by_it() -> None:
    services = {name: one for name, one in lab().services.items() if name != "edge"}
    path = PathSpec(from_="probe", to="storefront", through=(Through(proxy="edge"),))
    check = Check(id="in", path=path, fresh="x")
    graph = {name: callees for name, callees in lab().graph.items() if name != "edge"}
    spec = replace(lab(), services=services, graph=graph, steps=(Step(id="router", checks=(check,)),))
    unseen, seen = build(spec, example_pods(), None, {}), build(spec, example_pods(), None, {"in": green("in")})
    assert [node.id for node in unseen.nodes if node.proxy] == ["edge"]
    assert not any(edge.source == "edge" for edge in unseen.edges)
    assert [edge.target for edge in seen.edges if edge.source == "edge"] == ["web"]
    assert "│ ◆ edge │" in plain(draw(seen, 82, 13))
    assert "◆ edge │" not in plain(draw(seen, 62, 9))


def test_a_wire_over_several_columns_passes_no_box() -> None:
    nodes = tuple(Node(name, "1/1", "ok") for name in "abcde")
    calls = (Edge("a", "b"), Edge("a", "c"), Edge("b", "d"), Edge("d", "e"), Edge("c", "e"))
    assert plain(draw(Picture(nodes, calls), 46, 8)).splitlines() == [
        "             ╭─────╮      ╭─────╮",
        "             │  b  │      │  d  │",
        "╭─────╮ ╭───▶│ 1/1 ├─────▶│ 1/1 ├─╮    ╭─────╮",
        "│  a  │ │    ╰─────╯      ╰─────╯ │    │  e  │",
        "│ 1/1 ├─┤    ╭─────╮              ├───▶│ 1/1 │",
        "╰─────╯ │    │  c  │              │    ╰─────╯",
        "        ╰───▶│ 1/1 ├──────────────╯",
        "             ╰─────╯",
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


def counted(t: float, **received: int) -> Traffic:
    pods = tuple(Received(service="web", pod=pod, version=pod, received=number) for pod, number in received.items())
    return Traffic(t=t, pods=pods)


def test_a_rate_lies_between_two_counts() -> None:
    found = rates(counted(10, v1=100, v2=0), counted(20, v1=130, v2=10))
    assert found["web"].per_second == 4
    assert found["web"].versions == {"v1": 0.75, "v2": 0.25}
    assert found["web"].text == "4/s"
    assert rates(None, counted(20, v1=1)) == {}
    assert rates(counted(10, v1=1), counted(10 + SHORTEST / 2, v1=9)) == {}


def test_a_pod_that_started_anew_counts_from_nothing_and_a_new_one_not_yet() -> None:
    found = rates(counted(10, v1=100), counted(20, v1=5, v2=1000))
    assert (found["web"].per_second, found["web"].text, found["web"].versions) == (0.5, "<1/s", {})
    assert rates(counted(10, v1=100), counted(20, v2=1000)) == {}


def test_nothing_received_is_said_and_makes_no_share() -> None:
    found = rates(counted(10, v1=100, v2=7), counted(20, v1=100, v2=7))
    assert (found["web"].text, found["web"].versions) == ("0/s", {})
