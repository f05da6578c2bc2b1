"""The proxies that a request passed, in their order."""

from __future__ import annotations

from meshlab.check.calls import address_of
from meshlab.check.proxy_logs import deviation, in_order
from meshlab.check.world import LogEntry
from meshlab.lab.checks import Through


def entry(pod: str, t: float, downstream: str = "", duration: float = 1.0) -> LogEntry:
    return LogEntry(proxy=pod.rpartition("-")[0], pod=pod, t=t, downstream=downstream, duration_ms=duration)


def test_hops_are_in_the_order_of_their_addresses() -> None:
    far, near = entry("p-2", 1.0, "10.0.0.1:5"), entry("p-1", 1.0, "10.9.9.9:4")
    assert in_order([far, near], "10.9.9.9", {"p-1": "10.0.0.1"}) == [near, far]


def test_without_addresses_the_earlier_and_the_longer_comes_first() -> None:
    inner, outer, later = entry("p-2", 1.0, duration=3), entry("p-3", 1.0, duration=5), entry("p-1", 2.0)
    assert in_order([later, inner, outer], "", {}) == [outer, inner, later]


def test_addresses_of_the_sixth_version() -> None:
    assert address_of("[fd00::1]:8080") == "fd00::1"
    assert address_of("-") == ""


def test_a_way_without_proxies_is_right_where_none_is_asked_for() -> None:
    assert deviation((), (), "a", "b") is None
    off = deviation((Through(proxy="p"),), (), "a", "b")
    assert off is not None
    assert off.reason == "path.no-proxy"
