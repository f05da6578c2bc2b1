"""Paths: the proxies on the way, what the caller gets, and those who only pretend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.check.sim import Sim, changed, shop
from tests.unit.check.situations.base import situation

THROUGH: dict[str, Any] = {"from": "web", "to": "catalog", "through": [{"proxy": "router"}]}
EXPECT_V2 = {**THROUGH, "headers": {"x-canary": "k7f2"}, "expect": {"version": "v2"}}
SLOW = {**THROUGH, "expect": {"status": 504, "milliseconds": [1200, 1900], "flags": "UT"}}
TIMED_OUT = {"status": 504, "ms": 1370.0, "flags": "UT", "tree": False}
TWO = {
    "from": "web",
    "to": "reviews",
    "through": [{"proxy": "node-proxy", "at": "caller"}, {"proxy": "node-proxy", "at": "callee"}],
}


def path(
    name: str, spec: dict[str, Any], world: Callable[[], Sim], outcome: str, reason: str = "", *, cheat: bool = False
) -> None:
    situation("path", name, spec, world, outcome, reason, cheat=cheat)


def router(**changes: Any) -> Callable[[], Sim]:
    return lambda: changed(shop("catalog", "reviews"), "catalog", **changes)


def nodes(*through: str) -> Callable[[], Sim]:
    return lambda: changed(shop(), "reviews", through=through)


def liar() -> Sim:
    """An echo with the router's name: it logs, and counts nothing because it forwards nothing."""
    sim = shop("catalog")
    sim.blind.add("router-1")
    return sim


path("through-the-router", THROUGH, router(), "pass")
path("all-services", {**THROUGH, "to": ["catalog", "reviews"]}, router(), "pass")
path("not-flipped", THROUGH, shop, "fail", "path.no-proxy")
path("one-of-two", {**THROUGH, "to": ["catalog", "reviews"]}, lambda: shop("catalog"), "fail", "path.no-proxy")
path("edge-instead", THROUGH, router(through=("traefik-1",)), "fail", "path.wrong-proxy", cheat=True)
path("edge-as-well", THROUGH, router(through=("router-1", "traefik-1")), "fail", "path.extra-proxy")
path("twice-through", THROUGH, router(through=("router-1", "router-1")), "fail", "path.extra-proxy")
LOOP = {"error": "timeout", "through": ("router-1",) * 12}
path("round-and-round", THROUGH, router(**LOOP), "fail", "path.extra-proxy", cheat=True)
path("direct-as-asked", {"from": "web", "to": "catalog"}, shop, "pass")
path("direct-but-proxied", {"from": "web", "to": "catalog"}, router(), "fail", "path.extra-proxy")
path("refused", THROUGH, router(error="refused", through=()), "fail", "path.no-answer")
path("no-route", THROUGH, router(status=404, callee="", upstream=False, flags="NR"), "fail", "path.status")
path("canary", EXPECT_V2, router(callee="catalog-v2-1"), "pass")
path("canary-at-the-edge", EXPECT_V2, router(), "fail", "path.version", cheat=True)
path("timeout", SLOW, router(**TIMED_OUT), "pass")
path("timeout-too-long", SLOW, router(**{**TIMED_OUT, "ms": 2500.0}), "fail", "path.timing")
path("timeout-in-the-app", SLOW, router(**{**TIMED_OUT, "flags": "-", "tree": True}), "fail", "path.flags", cheat=True)
path("canned-answer", THROUGH, router(canned=True), "fail", "path.tree", cheat=True)
path("foreign-pod", THROUGH, router(callee="reviews-v1-1"), "fail", "path.tree", cheat=True)
path("around-the-router", THROUGH, router(peer="10.244.1.1"), "fail", "path.tree", cheat=True)
path("echo-for-a-proxy", THROUGH, liar, "fail", "path.counters", cheat=True)
path("through-the-edge", {"from": "probe", "to": "edge", "through": [{"proxy": "edge"}]}, lambda: at_the_edge(), "pass")
path("two-hops", TWO, nodes("node-proxy-a", "node-proxy-b"), "pass")
path(
    "hops-swapped",
    {**TWO, "through": [{"proxy": "router"}, {"proxy": "node-proxy"}]},
    nodes("node-proxy-a", "router-1"),
    "fail",
    "path.order",
)
path("foreign-node", TWO, nodes("node-proxy-b", "node-proxy-a"), "fail", "path.wrong-proxy")


def at_the_edge() -> Sim:
    return changed(shop(), "traefik", callee="web-1", through=("traefik-1",), error=None)


def without_web() -> Sim:
    sim = shop("catalog")
    del sim.pods["web-1"]
    return sim


def web_not_ready() -> Sim:
    sim = without_web()
    sim.add("web", "web-1", ready=False)
    return sim


path("caller-missing", THROUGH, without_web, "error", "engine.caller-missing")
path("caller-not-ready", THROUGH, web_not_ready, "pending", "engine.caller-not-ready")
