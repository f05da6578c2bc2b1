"""Background load."""

from __future__ import annotations

from tests.unit.shop.conftest import Launch
from tests.unit.shop.peers import peer
from tests.unit.shop.process import Shop, free_ports, until


def test_load_runs_until_it_is_stopped(ratings: Shop) -> None:
    with peer("ok") as there:
        started = ratings.admin("/load", {"url": there.url, "rate": 100, "seconds": 60}).body
        assert started["running"] is True
        until(lambda: ratings.admin("/load").body["ok"] >= 20)
        stopped = ratings.admin("/load", method="DELETE").body
        assert stopped["running"] is False
        assert stopped["sent"] >= stopped["ok"] >= 20
        assert stopped["failed"] == 0
        assert stopped["sent"] == ratings.admin("/load").body["sent"]


def test_load_ends_by_itself(ratings: Shop) -> None:
    with peer("ok") as there:
        ratings.admin("/load", {"url": there.url, "rate": None, "seconds": 0.3, "concurrency": 4})
        until(lambda: not ratings.admin("/load").body["running"])
        report = ratings.admin("/load").body
        assert report["ok"] > 4
        assert there.connections >= 4


def test_a_new_load_takes_the_place_of_the_last(ratings: Shop) -> None:
    with peer("ok") as one, peer("ok") as other:
        ratings.admin("/load", {"url": one.url, "rate": 50, "seconds": 60})
        report = ratings.admin("/load", {"url": other.url, "rate": 50, "seconds": 60}).body
        assert report["url"] == other.url
        until(lambda: len(other.requests) > 2)
        ratings.admin("/load", method="DELETE")


def test_errors_are_counted_by_class(ratings: Shop) -> None:
    (nobody,) = free_ports(1)
    ratings.admin("/load", {"url": f"http://127.0.0.1:{nobody}", "rate": 50, "seconds": 60})
    until(lambda: ratings.admin("/load").body["errors"].get("refused", 0) > 2)
    report = ratings.admin("/load", method="DELETE").body
    assert report["failed"] == report["errors"]["refused"]


def test_bodies_make_posts(ratings: Shop, start: Launch) -> None:
    target = start()
    ratings.admin("/load", {"url": target.url("app", "/upload"), "rate": 20, "seconds": 60, "body_bytes": 300000})
    until(lambda: ratings.admin("/load").body["ok"] > 2)
    assert ratings.admin("/load", method="DELETE").body["failed"] == 0
    assert target.app("/").status == 200


def test_limits(ratings: Shop) -> None:
    assert "seconds" in ratings.admin("/load", {"url": "http://x", "seconds": 301}).body["error"]
    assert ratings.admin("/load").status == 200
