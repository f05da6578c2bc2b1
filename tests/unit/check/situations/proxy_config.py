"""What a proxy runs with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.check.sim import Sim, shop
from tests.unit.check.situations.base import situation


def cluster(name: str, kind: str = "STRICT_DNS") -> dict[str, Any]:
    return {"cluster": {"name": name, "type": kind}}


def virtual_host(service: str, to: str) -> dict[str, Any]:
    return {"name": service, "domains": [service, f"{service}:8080", f"{service}.shop"], "routes": [{"route": {"cluster": to}}]}


def dump(hosts: dict[str, str], *clusters: dict[str, Any], rejected: int = 0) -> Callable[[], Sim]:
    def make() -> Sim:
        sim = shop("catalog")
        routes = [virtual_host(name, to) for name, to in hosts.items()]
        sim.pages["/config_dump"] = {
            "configs": [
                {"dynamic_active_clusters": list(clusters)},
                {"dynamic_route_configs": [{"route_config": {"name": "east_west", "virtual_hosts": routes}}]},
            ]
        }
        name = "http.east_west.rds.east_west.update_rejected"
        sim.pages["/stats"] = {"stats": [{"name": name, "value": rejected}]}
        return sim

    return make


BOTH = {"proxy": "router", "every-service": ["catalog", "reviews"]}
OWN = {"catalog": "catalog-v1", "reviews": "reviews"}
REJECTED = {
    "proxy": "router",
    "source": "stats",
    "conditions": [
        {
            "query": "stats[?ends_with(name, 'rds.east_west.update_rejected')].value | [0]",
            "equals": 0,
            "reason": "proxy-config.rejected",
        }
    ],
}
VERSION = {
    "proxy": "router",
    "conditions": [{"query": "configs[1].dynamic_route_configs[0].route_config.name", "equals": "west"}],
}


def no_router() -> Sim:
    sim = shop()
    del sim.proxies["router"]
    return sim


situation("proxy-config", "own-clusters", BOTH, dump(OWN, cluster("catalog-v1"), cluster("reviews")), "pass")
situation("proxy-config", "no-router", BOTH, no_router, "fail", "proxy-config.no-proxy")
situation(
    "proxy-config",
    "route-missing",
    BOTH,
    dump({"catalog": "catalog-v1"}, cluster("catalog-v1")),
    "fail",
    "proxy-config.service-missing",
)
situation("proxy-config", "cluster-missing", BOTH, dump(OWN, cluster("reviews")), "fail", "proxy-config.service-missing")
situation(
    "proxy-config",
    "one-cluster-for-all",
    BOTH,
    dump({"catalog": "all", "reviews": "all"}, cluster("all")),
    "fail",
    "proxy-config.shared-cluster",
    cheat=True,
)
situation(
    "proxy-config",
    "catch-all",
    BOTH,
    dump(OWN, cluster("catalog-v1", "ORIGINAL_DST"), cluster("reviews")),
    "fail",
    "proxy-config.original-destination",
    cheat=True,
)
situation("proxy-config", "nothing-rejected", REJECTED, dump(OWN), "pass")
situation("proxy-config", "rejected", REJECTED, dump(OWN, rejected=1), "fail", "proxy-config.rejected")
situation("proxy-config", "other-name", VERSION, dump(OWN), "fail", "proxy-config.mismatch")
