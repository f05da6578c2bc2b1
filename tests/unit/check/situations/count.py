"""Requests counted where they arrive: storms, second orders, and how they are spread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshlab.check.world import CallRequest, Position
from tests.unit.check.sim import Hop, Sim, shop
from tests.unit.check.situations.base import situation

ONCE = {"from": "probe", "to": "web", "of": "catalog", "method": "POST", "each-at-least": 1, "each-at-most": 1, "requests": 4}
STORM = {"from": "probe", "to": "web", "of": "catalog", "each-at-least": 9, "each-at-most": 9, "requests": 2}
ONE_POD = {"from": "web", "to": "catalog", "keepalive": True, "requests": 20, "largest-at-least": 0.99}
SPREAD = {**ONE_POD, "keepalive": False, "largest-at-most": 0.7, "largest-at-least": None}
PODS = ("catalog-v1-1", "catalog-v2-1")


class Counted(Sim):
    """Whoever is called, catalog's pods receive what `below` says of request number i: pods, once each."""

    below: Callable[[int], list[str]]

    def _send(self, position: Position, request: CallRequest, i: int) -> Any:
        reply = super()._send(position, request, i)
        # The pod that the test's web calls in turn; what it received itself is not what is counted here.
        self.received = [one for one in self.received if one[0] not in PODS or one[1] != reply.nonce]
        self.received += [(pod, reply.nonce) for pod in self.below(i)]
        return reply


def counted(below: Callable[[int], list[str]], *, pods: bool = True) -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop(kind=Counted)
        assert isinstance(sim, Counted)
        sim.below = below
        usual = sim.hop

        def failing(position: Position, request: CallRequest, i: int) -> Hop:
            hop = usual(position, request, i)
            hop.status = 502
            return hop

        sim.hop = failing
        if not pods:
            sim.pods = {name: pod for name, pod in sim.pods.items() if pod.service != "catalog"}
        return sim

    return make


def case(name: str, spec: dict[str, Any], world: Callable[[], Sim], outcome: str, reason: str = "", **more: Any) -> None:
    situation("count", name, {key: value for key, value in spec.items() if value is not None}, world, outcome, reason, **more)


case("ordered-once", ONCE, counted(lambda i: [PODS[i % 2]]), "pass")
case("ordered-twice", ONCE, counted(lambda i: [PODS[0], PODS[1]]), "fail", "count.too-many")
case("never-ordered", ONCE, counted(lambda i: []), "fail", "count.too-few", cheat=True)
case("one-order-tried-again", ONCE, counted(lambda i: [PODS[0]] * (2 if i == 3 else 1)), "fail", "count.too-many")
case("storm", STORM, counted(lambda i: [PODS[0]] * 5 + [PODS[1]] * 4), "pass")
case("storm-by-one-version-only", STORM, counted(lambda i: [PODS[0]] * 3), "fail", "count.too-few")
case("nobody-there", STORM, counted(lambda i: [], pods=False), "pending", "count.no-pods")
case("all-on-one-pod", ONE_POD, counted(lambda i: [PODS[1]]), "pass")
case("not-on-one-pod", ONE_POD, counted(lambda i: [PODS[i % 2]]), "fail", "count.spread")
case("spread-over-pods", SPREAD, counted(lambda i: [PODS[i % 2]]), "pass")
case("one-pod-gets-all", SPREAD, counted(lambda i: [PODS[0]]), "fail", "count.uneven")
