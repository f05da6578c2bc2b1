"""The call tree and the headers that travel down it, in both languages."""

from __future__ import annotations

from typing import Any

from tests.unit.shop.conftest import Launch
from tests.unit.shop.process import Shop, until

FIELDS = {
    "service", "version", "color", "pod", "node", "cluster", "zone", "namespace", "lang",
    "peer", "port", "headers", "status", "ms", "upstreams", "method", "path",
}  # fmt: skip
UPSTREAM = {"name", "url", "status", "ms", "attempts", "error", "peer", "response_headers", "tree"}
TRAVELLING = {
    "x-request-id": "r-1",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "x-meshlab-nonce": "n-1",
    "x-canary": "k7f2",
    "x-canary-user": "ann",
    "end-user": "jason",
    "x-fault": "nobody;status=500",
}


def test_an_answer_is_the_call_tree(caller: Shop, ratings: Shop, language: str) -> None:
    tree = caller.app("/any/path?x=1").body
    assert tree.keys() - {"rate"} == FIELDS
    described = {name: tree[name] for name in ("service", "version", "color", "pod", "node", "namespace", "cluster", "zone")}
    assert described == {
        "service": "pricing", "version": "v2", "color": "blue", "pod": "pricing-1", "node": "node-a",
        "namespace": "shop", "cluster": "east", "zone": "a",
    }  # fmt: skip
    assert (tree["lang"], tree["peer"], tree["port"], tree["status"]) == (language, "127.0.0.1", caller.ports["app"], 200)
    assert (tree["method"], tree["path"]) == ("GET", "/any/path")
    (below,) = tree["upstreams"]
    assert below.keys() == UPSTREAM
    assert (below["name"], below["url"], below["status"], below["error"]) == ("ratings", ratings.url(), 200, None)
    assert (below["attempts"], below["peer"]) == (1, "127.0.0.1")
    assert below["response_headers"]["server"] == "shop"
    assert below["tree"]["service"] == "ratings"
    assert below["tree"]["port"] == ratings.ports["app"]
    assert tree["ms"] >= below["ms"] >= below["tree"]["ms"] >= 0


def test_the_direct_port_answers_the_same(caller: Shop) -> None:
    tree = caller.direct("/x").body
    assert (tree["service"], tree["port"]) == ("pricing", caller.ports["direct"])
    assert tree["upstreams"][0]["tree"]["service"] == "ratings"


def test_tracing_and_canary_headers_travel_and_others_do_not(caller: Shop) -> None:
    private = {"authorization": "secret", "cookie": "a=b", "x-envoy-attempt-count": "1", "x-forwarded-for": "10.0.0.1"}
    tree = caller.app("/", TRAVELLING | private).body
    assert tree["headers"].items() >= TRAVELLING.items()
    assert tree["headers"]["x-forwarded-for"] == "10.0.0.1"
    assert tree["headers"]["x-envoy-attempt-count"] == "1"
    assert not tree["headers"].keys() & {"authorization", "cookie"}
    received = tree["upstreams"][0]["tree"]["headers"]
    assert received.items() >= TRAVELLING.items()
    assert not received.keys() & private.keys()


def test_without_propagation_the_trace_breaks(language: str, ratings: Shop, start: Launch) -> None:
    shop = start(language, UPSTREAMS=f"ratings={ratings.url()}", PROPAGATE="0")
    received = shop.app("/", TRAVELLING).body["upstreams"][0]["tree"]["headers"]
    assert not received.keys() & TRAVELLING.keys()


def test_depth_limits_the_tree(caller: Shop) -> None:
    assert caller.app("/", {"x-meshlab-depth": "0"}).body["upstreams"] == []
    assert caller.app("/", {"x-meshlab-depth": "1"}).body["upstreams"][0]["tree"]["headers"]["x-meshlab-depth"] == "0"


def test_a_loop_ends(language: str, start: Launch) -> None:
    tree = start(language, SERVICE="web", UPSTREAMS="self=http://127.0.0.1:{app}").app().body
    statuses = []
    while tree["upstreams"]:
        below = tree["upstreams"][0]
        statuses.append(below["status"])
        tree = below["tree"]
    assert statuses == [200] * 7 + [508]


def test_the_log_has_a_line_for_each_request(caller: Shop) -> None:
    caller.app("/logged?x=1", {"x-meshlab-nonce": "in-the-log"})
    until(lambda: len(logged(caller)) == 1)
    (line,) = logged(caller)
    assert line.keys() == {"t", "service", "pod", "nonce", "path", "status", "ms", "peer", "port"}
    assert (line["service"], line["pod"], line["path"], line["status"]) == ("pricing", "pricing-1", "/logged", 200)


def logged(shop: Shop) -> list[dict[str, Any]]:
    return [line for line in shop.lines() if line.get("nonce") == "in-the-log"]


def test_info_names_the_pod(caller: Shop) -> None:
    info = caller.admin("/info").body
    assert info.items() >= {"service": "pricing", "version": "v2", "pod": "pricing-1", "node": "node-a"}.items()
    assert info["started"] > 1.6e9
