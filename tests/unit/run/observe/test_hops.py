from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from meshlab.check.world import LogEntry, Reply
from meshlab.errors import UsageError
from meshlab.run.api import Hop
from meshlab.run.observe.hops import OUTSIDE, PodAt, RequestEvidence, merge
from meshlab.run.observe.trace import _target
from meshlab.words import tell
from tests.unit.run.small_run import small_run

IP = {
    "probe": "10.0.0.9",
    "web": "10.0.0.1",
    "catalog": "10.0.0.2",
    "reviews": "10.0.0.3",
    "edge": "10.0.0.4",
    "router": "10.0.0.5",
}
PODS = tuple(PodAt(f"{name}-1", ip, "worker", name if name in ("edge", "router") else "") for name, ip in IP.items())
SNAT = "10.244.0.1"


def tree(service: str, peer: str, *upstreams: dict[str, Any], version: str = "v1") -> dict[str, Any]:
    return {
        "service": service, "version": version, "pod": f"{service}-1", "node": "worker", "status": 200, "ms": 3.0,
        "peer": IP.get(peer, peer), "upstreams": list(upstreams),
    }  # fmt: skip


def up(name: str, found: dict[str, Any] | None, *, status: int = 200, error: str | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "url": f"http://{name}:8080",
        "status": status,
        "ms": 4.0,
        "attempts": 1,
        "error": error,
        "tree": found,
    }


def line(proxy: str, came_from: str, authority: str, sent_to: str = "", *, t: float = 1.0, **more: Any) -> LogEntry:
    upstream = f"{IP[sent_to]}:8080" if sent_to else ""
    status = more.pop("status", 200)
    return LogEntry(
        proxy=proxy, pod=f"{proxy}-1", node="worker", nonce="n1", authority=authority, status=status, t=t,
        downstream=f"{IP.get(came_from, came_from)}:40000", upstream_host=upstream, duration_ms=5.0, **more,
    )  # fmt: skip


def seen(reply: dict[str, Any] | None, *entries: LogEntry, url: str = "http://web:8080/", **more: Any) -> RequestEvidence:
    about = Reply(status=more.pop("status", 200), ms=9.0, tree=reply, error=more.pop("error", None))
    caller = more.pop("caller", "probe")
    return RequestEvidence(
        nonce="n1", url=url, reply=about, caller=Hop(kind="client", name=caller), entries=entries, pods=PODS,
        caller_ip=IP.get(caller, OUTSIDE), **more,
    )  # fmt: skip


def drawn(hop: Hop) -> str:
    """The tree in one line: client(edge(web(catalog reviews)))."""
    inner = " ".join(map(drawn, hop.hops))
    name = hop.name + (f":{hop.version}" if hop.version not in ("", "v1") else "") + (f"!{hop.error}" if hop.error else "")
    return f"{name}({inner})" if inner else name


WITHOUT_ROUTER = tree("web", "edge", up("catalog", tree("catalog", "web")), up("reviews", tree("reviews", "web")))
WITH_ROUTER = tree(
    "web", "edge", up("catalog", tree("catalog", "router", version="v2")), up("reviews", tree("reviews", "router"))
)
EDGE_LINE = line("edge", SNAT, "127.0.0.1:31000", "web")
HERE = {"url": "http://127.0.0.1:31000/", "caller": "you"}


def test_a_request_from_outside_passes_the_edge_and_nothing_else() -> None:
    trace = merge(seen(WITHOUT_ROUTER, EDGE_LINE, **HERE))
    assert drawn(trace.root) == "you(edge(web(catalog reviews)))"
    assert trace.missing == ()
    edge = trace.root.hops[0]
    assert (edge.kind, edge.pod, edge.ms, edge.status) == ("proxy", "edge-1", 5.0, 200)
    assert (trace.status, trace.ms, trace.nonce) == (200, 9.0, "n1")


def test_two_requests_with_different_routes_give_different_drawings() -> None:
    lines = (
        line("router", "web", "catalog:8080", "catalog", t=2.0, upstream_cluster="catalog-v2"),
        line("router", "web", "reviews:8080", "reviews", t=2.0),
    )
    trace = merge(seen(WITH_ROUTER, EDGE_LINE, *lines, **HERE))
    assert drawn(trace.root) == "you(edge(web(router(catalog:v2) router(reviews))))"
    assert trace.missing == ()
    assert trace.root.hops[0].hops[0].hops[0].detail == "catalog-v2"


def test_two_calls_of_one_caller_are_told_apart_by_host() -> None:
    """The order of the lines must not matter: they are flushed together."""
    lines = (line("router", "web", "reviews.shop:8080", "reviews"), line("router", "web", "catalog:8080", "catalog"))
    trace = merge(seen(WITH_ROUTER, *lines, EDGE_LINE, **HERE))
    assert drawn(trace.root) == "you(edge(web(router(catalog:v2) router(reviews))))"


def test_a_proxy_that_the_application_saw_and_whose_log_is_silent_is_drawn_and_named() -> None:
    trace = merge(seen(WITH_ROUTER, EDGE_LINE, line("router", "web", "catalog:8080", "catalog"), **HERE))
    assert drawn(trace.root) == "you(edge(web(router(catalog:v2) router(reviews))))"
    assert trace.root.hops[0].hops[0].hops[1].ms is None
    (sentence,) = trace.missing
    assert "router (pod router-1)" in tell(sentence)
    assert "reviews" in tell(sentence)


def test_a_proxys_own_answer_ends_the_path_there() -> None:
    late = tree("web", "probe", up("catalog", None, status=504, error="http_5xx"))
    lines = (line("router", "web", "catalog:8080", "catalog", status=504, flags="UT", upstream_cluster="catalog-v1"),)
    trace = merge(seen(late, *lines))
    assert drawn(trace.root) == "probe(web(router!http_5xx))"
    router = trace.root.hops[0].hops[0]
    assert (router.status, router.detail) == (504, "catalog-v1 UT")


def test_a_call_that_nobody_answered() -> None:
    gone = tree("web", "probe", up("catalog", None, status=0, error="refused"))
    assert drawn(merge(seen(gone)).root) == "probe(web(catalog!refused))"
    nothing = merge(seen(None, status=0, error="timeout"))
    assert drawn(nothing.root) == "probe!timeout(web!timeout)"


def test_hops_through_two_proxies_of_one_kind() -> None:
    pods = (*PODS, PodAt("node-a", "10.1.0.1", "a", "node"), PodAt("node-b", "10.1.0.2", "b", "node"))
    caller_side = LogEntry(
        proxy="node", pod="node-a", nonce="n1", authority="catalog:8080", downstream=f"{IP['web']}:1",
        upstream_host="10.1.0.2:4141", t=1.0, status=200,
    )  # fmt: skip
    callee_side = LogEntry(
        proxy="node", pod="node-b", nonce="n1", authority="catalog:8080", downstream="10.1.0.1:2",
        upstream_host=f"{IP['catalog']}:8080", t=1.0, status=200,
    )  # fmt: skip
    web = tree("web", "probe", up("catalog", tree("catalog", "10.1.0.2")))
    whole = seen(web, callee_side, caller_side)
    trace = merge(replace(whole, pods=pods))
    assert drawn(trace.root) == "probe(web(node(node(catalog))))"
    assert [trace.root.hops[0].hops[0].pod, trace.root.hops[0].hops[0].hops[0].pod] == ["node-a", "node-b"]
    assert trace.missing == ()


def test_sidecars_share_the_address_of_their_application() -> None:
    pods = (
        PodAt("probe-1", IP["probe"]),
        PodAt("web-1", IP["web"], "a", "sidecar"),
        PodAt("catalog-1", IP["catalog"], "b", "sidecar"),
    )

    def sidecar(pod: str, came_from: str, sent_to: str, t: float) -> LogEntry:
        return LogEntry(
            proxy="sidecar", pod=pod, nonce="n1", authority="catalog:8080", downstream=f"{came_from}:1",
            upstream_host=f"{sent_to}:8080", t=t, status=200,
        )  # fmt: skip

    web = tree("web", "probe", up("catalog", tree("catalog", "127.0.0.6")))
    lines = (sidecar("catalog-1", IP["web"], "127.0.0.1", 1.1), sidecar("web-1", IP["web"], IP["catalog"], 1.0))
    whole = seen(web, *lines)
    trace = merge(replace(whole, pods=pods))
    assert [hop.pod for hop in _line(trace.root)] == ["", "web-1", "web-1", "catalog-1", "catalog-1"]
    assert trace.missing == ()


def _line(hop: Hop) -> list[Hop]:
    return [hop, *(_line(hop.hops[0]) if hop.hops else [])]


def test_a_line_that_fits_nowhere_is_named() -> None:
    again = line("router", "web", "ratings:8080")
    trace = merge(seen(WITHOUT_ROUTER, EDGE_LINE, again, **HERE))
    assert drawn(trace.root) == "you(edge(web(catalog reviews)))"
    assert "ratings:8080" in tell(trace.missing[0])


def test_what_is_called(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    assert _target(run, "catalog") == ("http://catalog:8080/", False)
    assert _target(run, "") == ("http://web:8080/", False), "no edge is known yet"
    run.remember({"edge_url": "http://127.0.0.1:31000"})
    assert _target(run, "") == _target(run, "edge") == ("http://127.0.0.1:31000/", True)
    assert _target(run, "/cart") == ("http://127.0.0.1:31000/cart", True)
    assert _target(run, "http://127.0.0.1:31000/x") == ("http://127.0.0.1:31000/x", True)
    assert _target(run, "http://reviews:8080/") == ("http://reviews:8080/", False)
    with pytest.raises(UsageError, match="cannot be called"):
        _target(run, "nobody")


def test_without_any_proxy_the_port_leads_nowhere(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    run._loaded = replace(run._loaded, lab=replace(run.lab, proxies={}))
    run.remember({"edge_url": "http://127.0.0.1:31000"})
    assert _target(run, "") == ("http://web:8080/", False)


RECORDED = Path(__file__).parents[1] / "recorded"
"""What was seen of requests on a kind cluster: at the start of 2-router-mesh, and with its step `policy` solved."""


def recorded(name: str) -> RequestEvidence:
    return msgspec.json.decode((RECORDED / f"trace-{name}.json").read_bytes(), type=RequestEvidence)


@pytest.mark.parametrize(
    ("name", "drawing"),
    [
        ("norouter", "you(edge(web(catalog(pricing(legacy(ratings))) reviews:v2(ratings))))"),
        (
            "router",
            "you(edge(web(router(catalog(router(pricing(router(legacy(router(ratings))))))) "
            "router(reviews(router(ratings))))))",
        ),
        (
            "canary",
            "you(edge(web(router(catalog:v2(router(pricing(router(legacy(router(ratings))))))) "
            "router(reviews:v2(router(ratings))))))",
        ),
        ("gone", "you!http_5xx(edge(web!http_5xx(catalog!timeout reviews!timeout)))"),
    ],
)
def test_recorded_requests_are_drawn_as_they_went(name: str, drawing: str) -> None:
    trace = merge(recorded(name))
    assert drawn(trace.root) == drawing
    assert trace.missing == ()


def test_a_recorded_request_without_one_line_says_so() -> None:
    """The router's line for ratings is lost; the application still knows who called it."""
    whole = recorded("router")
    kept = tuple(entry for entry in whole.entries if not entry.authority.startswith("pricing"))
    trace = merge(replace(whole, entries=kept))
    assert "router(pricing" in drawn(trace.root)
    assert len(trace.missing) == 1
    assert "pricing" in tell(trace.missing[0])
