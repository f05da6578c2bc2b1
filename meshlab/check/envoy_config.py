"""Reading Envoy's config_dump: which service is routed to which clusters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def routes(dump: dict[str, Any], service: str) -> set[str] | None:
    """Clusters that the virtual hosts of a service name; None when no virtual host is the service's own."""
    hosts = [host for host in virtual_hosts(dump) if any(_names(domain, service) for domain in host.get("domains") or [])]
    if not hosts:
        return None
    return {name for host in hosts for route in host.get("routes") or [] for name in _targets(route.get("route") or {})}


def virtual_hosts(dump: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those of static and of dynamic route configurations."""
    for part in dump.get("configs") or []:
        for group in ("static_route_configs", "dynamic_route_configs"):
            for one in part.get(group) or []:
                yield from (one.get("route_config") or {}).get("virtual_hosts") or []


def clusters(dump: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every cluster by name."""
    found = {}
    for part in dump.get("configs") or []:
        for group in ("static_clusters", "dynamic_active_clusters"):
            for one in part.get(group) or []:
                cluster = one.get("cluster") or {}
                found[str(cluster.get("name", ""))] = cluster
    return found


def goes_anywhere(cluster: dict[str, Any]) -> bool:
    """Whether it forwards to the address that the client aimed at: a catch-all, not a route of a service."""
    kind = (cluster.get("cluster_type") or {}).get("name", "")
    return cluster.get("type") == "ORIGINAL_DST" or "original_dst" in kind or "dynamic_forward_proxy" in kind


def _names(domain: str, service: str) -> bool:
    """catalog, catalog:8080, catalog.shop, catalog.shop.svc.cluster.local:8080, but not *."""
    return domain.partition(":")[0].partition(".")[0] == service


def _targets(route: dict[str, Any]) -> Iterator[str]:
    if route.get("cluster"):
        yield str(route["cluster"])
    for one in (route.get("weighted_clusters") or {}).get("clusters") or []:
        yield str(one.get("name", ""))
