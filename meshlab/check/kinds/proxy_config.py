"""What a proxy really runs with, from its admin API and not from a file: every running pod of it.

`every-service` asks that each service has a virtual host and clusters of its own: a catch-all to the original destination
routes everything and governs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshlab.check.calls import gather
from meshlab.check.conditions import first_unmet
from meshlab.check.counters import ENVOYS
from meshlab.check.findings import evidence, failed, passed
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Finding
from meshlab.check.world import Position
from meshlab.errors import LabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check, ProxyConfigSpec

PATHS = {
    "config_dump": "/config_dump?include_eds",
    "stats": "/stats?format=json",
    "server_info": "/server_info",
    "clusters": "/clusters?format=json",
    "listeners": "/listeners?format=json",
}
DEFAULT = "object.mismatch"
"""What a condition that names no reason carries, whatever kind it stands in."""


async def look(check: Check, spec: ProxyConfigSpec, inputs: Inputs) -> Finding:
    """One request to each pod's admin API."""
    _understood(spec, inputs)
    pods = await _pods(spec, inputs)
    if not pods:
        return failed("proxy-config.no-proxy", expected=spec.proxy, seen="-", proxy=spec.proxy)
    answers = await gather(inputs.world.admin(spec.proxy, pod.pod, PATHS[spec.source]) for pod in pods)
    for pod, data in zip(pods, answers, strict=True):
        finding = _conditions(spec, pod.pod, data) or _services(spec, data)
        if finding:
            return finding
    return passed(", ".join(pod.pod for pod in pods))


async def _pods(spec: ProxyConfigSpec, inputs: Inputs) -> list[Position]:
    """The proxy's running pods, or those of them that the labels choose."""
    pods = await inputs.world.proxy_pods(spec.proxy)
    if not spec.pods:
        return pods
    place = inputs.proxy(spec.proxy)
    ref = ObjectRef(kind="Pod", labels=spec.pods, namespace=place.namespace, cluster=place.cluster)
    chosen = {pod["metadata"]["name"] for pod in await inputs.world.objects(ref)}
    return [pod for pod in pods if pod.pod in chosen]


def _understood(spec: ProxyConfigSpec, inputs: Inputs) -> None:
    """LabError for what this kind cannot do."""
    if inputs.proxy(spec.proxy).adapter not in ENVOYS:
        raise LabError(f"proxy {spec.proxy!r} is no Envoy: its configuration cannot be read", key="proxy-config.proxy")
    if spec.every_service and spec.source != "config_dump":
        raise LabError("every-service needs source: config_dump", key="proxy-config.every-service")
    if any(condition.same_as for condition in spec.conditions):
        raise LabError("same-as needs a baseline, which proxies do not have", key="proxy-config.conditions")


def _conditions(spec: ProxyConfigSpec, pod: str, data: Any) -> Finding | None:
    unmet = first_unmet(spec.conditions, data, {})
    if unmet is None:
        return None
    reason = "proxy-config.mismatch" if unmet.reason == DEFAULT else unmet.reason
    note = evidence(unmet.query, unmet.value)
    return failed(reason, note, expected=unmet.expected, seen=unmet.seen, proxy=spec.proxy, pod=pod)


def _services(spec: ProxyConfigSpec, data: Any) -> Finding | None:
    """The first service without a route, with a catch-all, or with another's cluster."""
    owners: dict[str, str] = {}
    known = clusters(data) if spec.every_service else {}
    for service in spec.every_service:
        facts = {"proxy": spec.proxy, "service": service}
        named = routes(data, service)
        if not named or not named <= known.keys():
            seen = ", ".join(sorted(named - known.keys())) if named else "-"
            return failed("proxy-config.service-missing", expected=service, seen=seen, **facts)
        for cluster in sorted(named):
            if goes_anywhere(known[cluster]):
                return failed("proxy-config.original-destination", expected=service, seen=cluster, cluster=cluster, **facts)
            other = owners.setdefault(cluster, service)
            if other != service:
                both = f"{other}, {service}"
                return failed("proxy-config.shared-cluster", expected=service, seen=both, cluster=cluster, other=other, **facts)
    return None


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
            for config in part.get(group) or []:
                yield from (config.get("route_config") or {}).get("virtual_hosts") or []


def clusters(dump: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every cluster by name."""
    by_name = {}
    for part in dump.get("configs") or []:
        for group in ("static_clusters", "dynamic_active_clusters"):
            for entry in part.get(group) or []:
                cluster = entry.get("cluster") or {}
                by_name[str(cluster.get("name", ""))] = cluster
    return by_name


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
    for weighted in (route.get("weighted_clusters") or {}).get("clusters") or []:
        yield str(weighted.get("name", ""))
