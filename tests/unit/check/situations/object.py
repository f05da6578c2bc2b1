"""Objects: there or not, as asked or not, the same as before or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.check.sim import Sim, shop
from tests.unit.check.situations.base import situation


def meta(name: str, **rest: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": rest.pop("labels", {})}, **rest}


def services(app: str) -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop()
        sim.store["Service"] = [
            meta("catalog", spec={"selector": {"app": app}, "ports": [{"port": 8080, "targetPort": 10000}]})
        ]
        return sim

    return make


def pods(now: str, then: str = "u1") -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop()
        sim.store["Pod"] = [meta("catalog-v1-1", labels={"app": "catalog"}, uid=now)]
        sim.before["Pod"] = [meta("catalog-v1-1", labels={"app": "catalog"}, uid=then)]
        return sim

    return make


CATALOG = {"kind": "Service", "name": "catalog"}
PODS = {"kind": "Pod", "labels": {"app": "catalog"}}
FLIPPED = {"ref": CATALOG, "conditions": [{"query": "spec.selector.app", "equals": "router", "reason": "object.selector"}]}
SAME_PODS = {"ref": PODS, "each": True, "conditions": [{"query": "uid", "same-as": "step-start", "reason": "object.restarted"}]}
situation("object", "selector-flipped", FLIPPED, services("router"), "pass")
situation("object", "selector-not-flipped", FLIPPED, services("catalog"), "fail", "object.selector")
situation("object", "service-missing", FLIPPED, shop, "fail", "object.absent")
situation("object", "policy-absent", {"ref": {"kind": "NetworkPolicy"}, "absent": True}, shop, "pass")
situation("object", "service-present", {"ref": CATALOG, "absent": True}, services("router"), "fail", "object.present")
situation("object", "same-pods", SAME_PODS, pods("u1"), "pass")
situation("object", "restart-for-reload", SAME_PODS, pods("u2"), "fail", "object.restarted", cheat=True)
PART = {"ref": CATALOG, "match": {"spec": {"ports": [{"targetPort": 10000}], "selector": {"app": "router"}}}}
situation("object", "partial-object", PART, services("router"), "pass")
situation("object", "partial-object-off", PART, services("catalog"), "fail", "object.mismatch")
COUNT = {"ref": PODS, "conditions": [{"query": "length(@)", "at-least": 1, "at-most": 1}]}
situation("object", "list-as-a-whole", COUNT, pods("u1"), "pass")
situation("object", "list-too-short", COUNT, shop, "fail", "object.mismatch")
