"""Closed by a policy, or only dead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tests.unit.check.sim import Sim, changed, shop
from tests.unit.check.situations.base import situation
from tests.unit.check.situations.object import meta

CLOSED: dict[str, Any] = {
    "from": "web",
    "to": ["catalog-direct"],
    "pods": {"app": "catalog"},
    "control": {"from": "web", "to": "catalog"},
}


def policy(
    direct: str | None = "timeout", pods_: str | None = "timeout", control: str | None = None, *, there: int = 1
) -> Callable[[], Sim]:
    """What the direct name, the pods' own addresses and the way through the router give."""

    def make() -> Sim:
        sim = shop("catalog")
        address = sim.pods["catalog-v1-1"].ip
        ready = {"conditions": [{"type": "Ready", "status": "True"}], "podIP": address}
        sim.store["Pod"] = [meta("catalog-v1-1", labels={"app": "catalog"}, status=ready)] * there
        changed(sim, "catalog-direct", error=direct)
        changed(sim, address, error=pods_)
        return changed(sim, "catalog", error=control)

    return make


def all_dead() -> Sim:
    sim = policy()()
    sim.store["Pod"][0]["status"]["conditions"] = []
    return sim


situation("denied", "closed", CLOSED, policy(), "pass")
situation("denied", "open", CLOSED, policy(None, None), "fail", "denied.reachable")
situation("denied", "bypass-by-pod-address", CLOSED, policy(pods_=None), "fail", "denied.reachable", cheat=True)
situation("denied", "blocks-the-router-too", CLOSED, policy(control="timeout"), "fail", "denied.dead", cheat=True)
situation("denied", "dead-not-denied", CLOSED, all_dead, "fail", "denied.dead", cheat=True)
situation("denied", "service-deleted", CLOSED, policy("dns"), "fail", "denied.no-such-name", cheat=True)
OUTSIDE = {"from": "probe", "pods": {"app": "catalog"}, "control": {"from": "probe", "to": "catalog"}}
situation("denied", "closed-outside", OUTSIDE, policy(), "pass")
situation("denied", "open-outside", OUTSIDE, policy(pods_=None), "fail", "denied.reachable")
situation("denied", "no-pods", CLOSED, policy(there=0), "fail", "denied.no-target")
situation("denied", "protocol-error", CLOSED, policy("protocol"), "fail", "denied.other-error")


def only_itself() -> Sim:
    sim = policy()()
    sim.pods["catalog-v1-1"] = msgspec.structs.replace(sim.pods["catalog-v1-1"], service="web")
    del sim.pods["web-1"]
    return sim


ITSELF = {"from": "web", "pods": {"app": "catalog"}, "control": {"from": "probe", "to": "reviews"}}
situation("denied", "nobody-to-be-kept-out", ITSELF, only_itself, "fail", "denied.no-target", cheat=True)
