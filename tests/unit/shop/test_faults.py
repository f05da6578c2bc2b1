"""Faults at run time and by request, in both languages."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.shop.parts import load
from tests.unit.shop.process import Shop


@pytest.fixture(autouse=True)
def healthy(caller: Shop) -> Iterator[None]:
    yield
    caller.admin("/fault", method="DELETE")


def test_a_status_takes_the_place_of_the_answer(caller: Shop) -> None:
    assert caller.fault(status=503).body["status"] == 503
    reply = caller.app()
    assert (reply.status, reply.body["status"], reply.body["upstreams"]) == (503, 503, [])
    assert caller.direct().status == 503
    assert caller.admin("/fault", method="DELETE").body["status"] is None
    assert caller.app().status == 200


def test_latency_is_waited(caller: Shop) -> None:
    caller.fault(latency_ms=80)
    assert caller.app().body["ms"] >= 80


def test_one_path_only(caller: Shop) -> None:
    caller.fault(status=500, only_path="/bad")
    assert (caller.app("/bad").status, caller.app("/bad/x").status, caller.app("/").status) == (500, 200, 200)


def test_an_error_rate_alone_makes_500(caller: Shop) -> None:
    caller.fault(error_rate=1)
    assert caller.app().status == 500
    caller.fault(error_rate=0, status=503)
    assert caller.app().status == 200


def test_an_error_rate_is_a_share(caller: Shop) -> None:
    caller.fault(error_rate=0.5, status=503)
    statuses = [caller.app("/", {"x-meshlab-depth": "0"}).status for _ in range(200)]
    # Outside of this once in 10^11 runs.
    assert 53 <= statuses.count(503) <= 147


def test_a_reset_is_a_reset(caller: Shop, ratings: Shop) -> None:
    caller.fault(reset=True)
    assert ratings.call(caller.url())[0]["error"] == "reset"
    assert ratings.call(caller.url(), keepalive=True, n=2)[1]["error"] == "reset"


def test_a_hang_never_answers_and_others_are_served(caller: Shop, ratings: Shop) -> None:
    caller.fault(hang=True, only_path="/hang")
    assert ratings.call(caller.url("app", "/hang"), timeout_ms=300)[0]["error"] == "timeout"
    assert caller.app("/").status == 200


@pytest.mark.parametrize("spec", [{"error_rate": 2}, {"status": 99}, {"latency_ms": -1}, {"latency_ms": "x"}, {"latncy_ms": 5}])
def test_a_fault_that_cannot_be_is_refused(caller: Shop, spec: dict[str, Any]) -> None:
    before = caller.admin("/fault").body
    assert caller.admin("/fault", spec).status == 400
    assert caller.admin("/fault").body == before


def test_a_body_that_is_no_object_is_refused(caller: Shop) -> None:
    assert caller.admin("/fault", b"{broken").status == 400
    assert caller.admin("/fault", [1]).status == 400


def test_a_request_s_fault_is_acted_on_by_the_one_it_names(caller: Shop) -> None:
    assert caller.app("/", {"x-fault": "pricing;status=503"}).status == 503
    reply = caller.app("/", {"x-fault": "web;reset, ratings;status=418 , pricing;delay=60;pct=100"})
    assert reply.status == 200
    assert reply.body["ms"] >= 60
    assert (reply.body["upstreams"][0]["status"], reply.body["upstreams"][0]["error"]) == (418, "http_4xx")


def test_a_request_s_reset(caller: Shop) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", caller.ports["app"], timeout=20)
    connection.request("GET", "/", headers={"x-fault": "pricing;reset"})
    with pytest.raises(ConnectionResetError):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize("text", ["pricing;status=503;pct=0", "pricing;status=abc", "pricing", ";;,", "pricing;pct=x;reset"])
def test_what_does_not_apply_or_cannot_be_read_does_nothing(caller: Shop, text: str) -> None:
    assert caller.app("/", {"x-fault": text}).status == 200


def test_a_share_of_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = load("fault")
    monkeypatch.setattr(fault.random, "random", lambda: 0.49)
    assert fault.from_header("a;reset;pct=50", "a").reset
    monkeypatch.setattr(fault.random, "random", lambda: 0.51)
    assert not fault.from_header("a;reset;pct=50", "a").reset
