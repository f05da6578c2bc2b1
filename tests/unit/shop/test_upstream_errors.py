"""Every error class, as a service sees it in its upstream and as a probe sees it, in both languages."""

from __future__ import annotations

import pytest

from tests.unit.shop.conftest import Launch
from tests.unit.shop.peers import peer
from tests.unit.shop.process import Shop, free_ports

CLASSES = [
    ("silent", 0, "timeout"),
    ("reset", 0, "reset"),
    ("hang-up", 0, "reset"),
    ("garbage", 0, "protocol"),
    ("truncated", 0, "reset"),
    ("404", 404, "http_4xx"),
    ("503", 503, "http_5xx"),
]


@pytest.mark.parametrize(("behave", "status", "error"), CLASSES)
def test_a_call_names_what_happened(caller: Shop, behave: str, status: int, error: str) -> None:
    with peer(behave) as there:
        # Only silence is waited for; the others come at once, on a busy machine later.
        (result,) = caller.call(there.url, timeout_ms=1000 if behave == "silent" else 10_000)
    assert (result["status"], result["error"], result["tree"]) == (status, error, None)
    assert result["ms"] > 0


@pytest.mark.parametrize(("behave", "status", "error"), [CLASSES[0], CLASSES[1], CLASSES[-1]])
def test_a_failed_upstream_leaves_a_partial_answer(
    language: str, start: Launch, ratings: Shop, behave: str, status: int, error: str
) -> None:
    with peer(behave) as there:
        shop = start(language, UPSTREAMS=f"bad={there.url},ratings={ratings.url()}", UPSTREAM_TIMEOUT_MS="500")
        reply = shop.app()
    assert reply.status == reply.body["status"] == 200
    bad, good = reply.body["upstreams"]
    assert (bad["name"], bad["status"], bad["error"], bad["tree"]) == ("bad", status, error, None)
    assert (good["name"], good["error"], good["tree"]["service"]) == ("ratings", None, "ratings")


def test_strict_makes_a_failed_upstream_a_502_with_its_tree(language: str, start: Launch) -> None:
    (nobody,) = free_ports(1)
    shop = start(language, UPSTREAMS=f"bad=http://127.0.0.1:{nobody}", STRICT="1")
    reply = shop.app()
    assert reply.status == reply.body["status"] == 502
    assert reply.body["upstreams"][0]["error"] == "refused"


def test_refused_and_unknown_names(caller: Shop) -> None:
    (nobody,) = free_ports(1)
    assert caller.call(f"http://127.0.0.1:{nobody}/")[0]["error"] == "refused"
    # Without a name server this is a timeout; the name can never be found either way.
    assert caller.call("http://no-such-name.invalid/", timeout_ms=3000)[0]["error"] in ("dns", "timeout")


def test_a_proxy_s_own_answer_is_kept_as_text(caller: Shop) -> None:
    with peer("503") as there:
        (result,) = caller.call(there.url)
    assert result["body"] == "no healthy upstream"
    assert result["headers"].items() >= {"server": "envoy", "x-envoy-upstream-service-time": "3"}.items()
    assert result["peer"] == "127.0.0.1"


def test_a_chunked_answer_is_read(caller: Shop) -> None:
    with peer("chunked") as there:
        (result,) = caller.call(there.url)
    assert (result["status"], result["error"], result["tree"]) == (200, None, {"service": "chunks"})
