"""Exact numbers of what was received."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.unit.shop.conftest import Launch, needs_perl
from tests.unit.shop.parts import load
from tests.unit.shop.process import Shop


def test_counts_by_nonce_are_exact_under_concurrency(caller: Shop) -> None:
    headers = {"x-meshlab-nonce": "many", "x-meshlab-depth": "0"}
    before = caller.admin("/counters").body
    with ThreadPoolExecutor(16) as pool:
        assert {reply.status for reply in pool.map(lambda _: caller.app("/", headers), range(120))} == {200}
    assert caller.admin("/counters?nonce=many").body["received"] == 120
    after = caller.admin("/counters").body
    assert after["received"] - before["received"] == 120
    assert after["by_status"]["200"] - before["by_status"].get("200", 0) == 120


def test_the_direct_port_is_counted_apart(caller: Shop) -> None:
    before = caller.admin("/counters").body
    caller.direct("/", {"x-meshlab-nonce": "direct"})
    after = caller.admin("/counters").body
    assert caller.admin("/counters?nonce=direct").body["received"] == 0
    assert (after["received"], after["direct"]) == (before["received"], before["direct"] + 1)


def test_an_unknown_nonce_was_not_received(caller: Shop) -> None:
    assert caller.admin("/counters?nonce=never%20sent").body == {"nonce": "never sent", "received": 0, "forgotten": 0}


def test_memory_is_bounded_and_says_so() -> None:
    counts = load("counters").Bounded(3)
    for key in ("a", "b", "a", "c", "d"):
        counts.add(key)
    assert counts.as_dict() == {"b": 1, "c": 1, "d": 1}
    assert (counts["a"], counts.forgotten) == (0, 1)


@needs_perl
def test_memory_of_legacy_is_bounded_too(start: Launch) -> None:
    shop = start("perl", MAX_NONCES="2")
    for nonce in ("a", "b", "a", "c"):
        shop.app("/", {"x-meshlab-nonce": nonce})
    assert [shop.admin(f"/counters?nonce={nonce}").body["received"] for nonce in "abc"] == [0, 1, 1]
    assert shop.admin("/counters").body["forgotten"] == 1


def test_enough_nonces_are_kept() -> None:
    assert load("counters").MAX_NONCES >= 20000


def test_orders_are_counted_by_id(start: Launch) -> None:
    shop = start()
    shop.app("/order", body={"id": "o-1"}, method="POST")
    again = shop.app("/order", body={"id": "o-1"}, method="POST")
    shop.app("/order", {"idempotency-key": "o-2"}, body=b"", method="POST")
    assert again.body["order"] == {"id": "o-1", "times": 2}
    assert shop.app("/order").body.get("order") is None
    assert shop.admin("/orders").body["orders"] == {"o-1": 2, "o-2": 1}
