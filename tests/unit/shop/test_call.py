"""POST /call: a probe from the pod's own place, in both languages where both have it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.unit.shop.parts import load
from tests.unit.shop.peers import peer
from tests.unit.shop.process import Shop, until


def test_each_request_has_its_nonce_and_is_received_once(caller: Shop, ratings: Shop, language: str) -> None:
    results = caller.call(ratings.url(), n=5, nonce=f"each-{language}", nonce_each=True)
    assert [result["i"] for result in results] == list(range(5))
    for i, result in enumerate(results):
        assert result["nonce"] == result["tree"]["headers"]["x-meshlab-nonce"] == f"each-{language}-{i}"
        assert ratings.admin(f"/counters?nonce={result['nonce']}").body["received"] == 1
        assert (result["status"], result["error"], result["peer"]) == (200, None, "127.0.0.1")
        assert result["headers"]["server"] == "shop"


def test_the_answer_says_where_it_was_sent_from(caller: Shop, ratings: Shop) -> None:
    reply = caller.admin("/call", {"url": ratings.url(), "headers": {"x-canary": "yes"}, "tree": False})
    assert reply.body["from"] == {
        "service": "pricing", "version": "v2", "pod": "pricing-1", "node": "node-a", "namespace": "shop",
    }  # fmt: skip
    assert reply.body["complete"] is True
    assert "tree" not in reply.body["results"][0]


def test_every_request_is_a_new_connection(caller: Shop) -> None:
    with peer("ok") as there:
        caller.call(there.url, n=4)
        assert (len(there.requests), there.connections) == (4, 4)


def test_keepalive_is_one_connection(ratings: Shop) -> None:
    with peer("ok") as there:
        ratings.call(there.url, n=150, keepalive=True, tree=False)
        assert (len(there.requests), there.connections) == (150, 1)


def test_a_broken_pooled_connection_is_not_tried_again(ratings: Shop) -> None:
    """A client that repeats by itself would send what nobody counts."""
    with peer("once") as there:
        first, second = ratings.call(there.url, n=2, keepalive=True)
        assert (first["error"], second["error"]) == (None, "reset")
        assert len(there.requests) == 2


@pytest.mark.parametrize("how", [{"n": 20, "rate": 200}, {"n": 4, "concurrency": 4}])
def test_requests_are_sent_though_earlier_ones_have_no_answer(ratings: Shop, how: dict[str, Any]) -> None:
    with peer("silent") as there, ThreadPoolExecutor(1) as pool:
        running = pool.submit(ratings.call, there.url, timeout_ms=30000, **how)
        until(lambda: len(there.requests) == how["n"])
        assert not running.done()
        there.stopping.set()
        assert [result["error"] for result in running.result()] == ["reset"] * how["n"]


def test_method_body_and_host(ratings: Shop) -> None:
    with peer("ok") as there:
        ratings.call(there.url + "/x", method="post", body={"a": 1}, headers={"Host": "catalog", "X-Mine": "1"})
        (head,) = there.requests
    assert head.startswith("POST /x HTTP/1.1\r\n")
    assert "Host: catalog\r\n" in head
    assert "X-Mine: 1\r\n" in head


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ({"url": "ftp://x"}, "url"),
        ({}, "url"),
        ({"url": "http://x", "n": 5001}, "n "),
        ({"url": "http://x", "n": 601, "rate": 10}, "longer than 60"),
        ({"url": "http://x", "keepalive": "yes"}, "keepalive"),
        ({"url": "http://x", "retries": 3}, "retries"),
        ({"url": "http://x", "timeout_ms": 0}, "timeout_ms"),
        ({"url": "http://x", "headers": {"a": 1}}, "headers"),
    ],
)
def test_what_cannot_be_done_is_refused(ratings: Shop, spec: dict[str, Any], word: str) -> None:
    reply = ratings.admin("/call", spec)
    assert reply.status == 400
    assert word in reply.body["error"]


async def test_a_call_ends_at_its_limit() -> None:
    call, spec = load("call"), load("spec")
    with peer("silent") as there:
        results, complete = await call.run_calls(spec.CallSpec(there.url, n=3, timeout=30.0), limit=0.3)
    assert (results, complete) == ([], False)


def test_http_proxy_is_used_where_a_stage_may_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    outgoing = load("outgoing")
    monkeypatch.setattr(outgoing, "_PROXIES", {"http": "http://10.0.0.9:4140"})
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    assert outgoing.proxy_of("http://catalog:8080/") == "http://10.0.0.9:4140"
    assert outgoing.proxy_of("http://catalog/") == "http://10.0.0.9:4140"
    assert outgoing.proxy_of("http://catalog:8082/") is None
    assert outgoing.proxy_of("http://catalog:8081/info") is None
    assert outgoing.proxy_of("http://127.0.0.1:8080/") is None


def test_calls_go_through_the_proxy_of_the_environment(start: Any) -> None:
    with peer("ok") as proxy:
        shop = start(http_proxy=proxy.url)
        shop.call("http://catalog.shop:8080/x")
        assert proxy.requests[0].startswith("GET http://catalog.shop:8080/x HTTP/1.1\r\n")
