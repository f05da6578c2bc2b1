"""Images by what runs, whatever names and variables say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshlab.check.world import KnownImage
from tests.unit.check.sim import Sim, shop
from tests.unit.check.situations.base import situation

NEW = {"of": ["web", "catalog"], "image": "meshlab/shop-lib2"}
OLD_REF, REF = "meshlab/shop-lib1:0b", "meshlab/shop-lib2:1a"
OLD, RIGHT = "docker.io/library/import-2026-11-25@sha256:0b0b", "docker.io/library/import-2026-11-25@sha256:1a1a"


def pod(app: str, image: str = REF, content: str = RIGHT, **env: str) -> dict[str, Any]:
    variables = [{"name": name, "value": value} for name, value in env.items()]
    return {
        "metadata": {"name": f"{app}-1", "labels": {"app": app}},
        "spec": {"containers": [{"name": "shop", "image": image, "env": variables}]},
        "status": {"containerStatuses": [{"name": "shop", "image": image, "imageID": content}]},
    }


def running(*pods: dict[str, Any], contents: tuple[str, ...] = ("sha256:1a1a",)) -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop()
        sim.store["Pod"] = list(pods)
        sim.images = {"meshlab/shop-lib2": KnownImage(REF, contents)}
        return sim

    return make


def leaving(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "metadata": {**one["metadata"], "name": "web-0", "deletionTimestamp": "2026-11-25T18:00:00Z"}}


def case(name: str, world: Callable[[], Sim], outcome: str, reason: str = "", **more: Any) -> None:
    situation("image", name, NEW, world, outcome, reason, **more)


case("new-everywhere", running(pod("web"), pod("catalog")), "pass")
case("old-one-leaves", running(leaving(pod("web", OLD_REF, OLD)), pod("web"), pod("catalog")), "pass")
case("one-forgotten", running(pod("web"), pod("catalog", OLD_REF, OLD)), "fail", "image.other")
case(
    "version-by-variable", running(pod("web"), pod("catalog", OLD_REF, OLD, LIB_VERSION="2")), "fail", "image.other", cheat=True
)
case("old-content-under-the-new-name", running(pod("web"), pod("catalog", REF, OLD)), "fail", "image.other", cheat=True)
case("nodes-do-not-say", running(pod("web"), pod("catalog"), contents=()), "pass")
case("not-there-yet", running(pod("web"), pod("catalog", REF, "")), "pending", "image.not-started")
case("no-pod-of-one", running(pod("web")), "pending", "image.no-pods")
