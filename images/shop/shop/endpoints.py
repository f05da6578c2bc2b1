"""From EndpointSlices to Envoy's endpoint files (EDS): the nodes of a service's ready pods, not the pods themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

SERVICE = "kubernetes.io/service-name"
TYPE = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"

Clusters = dict[str, dict[str, int]]
"""Cluster to the address of each node that hosts it, with the number of ready pods there."""

Item = Mapping[str, Any]


def clusters(slices: Iterable[Item], pods: Iterable[Item], suffix: str) -> Clusters:
    """`catalog` from the slices of the Service `catalog<suffix>`; other Services are left out.

    A Service without a ready pod is a cluster without addresses: a proxy that waits for its endpoints must hear of it.
    A node whose address is not known yet is left out; the pod that tells it is about to come.
    """
    addresses = _addresses(pods)
    found: dict[str, Counter[str]] = {}
    for one in slices:
        name = ((one["metadata"].get("labels") or {}).get(SERVICE)) or ""
        if not name.endswith(suffix) or name == suffix:
            continue
        nodes = found.setdefault(name.removesuffix(suffix), Counter())
        nodes.update(addresses[node] for node in _ready(one) if node in addresses)
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def discovery(name: str, nodes: Mapping[str, int], port: int) -> dict[str, Any]:
    """A DiscoveryResponse as Envoy reads it from a file; it takes exactly one cluster from one file.

    A node's weight is its number of pods: each pod gets its share.
    """
    ends = [_endpoint(address, pods, port) for address, pods in nodes.items()]
    return {"resources": [{"@type": TYPE, "cluster_name": name, "endpoints": [{"lb_endpoints": ends}]}]}


def _endpoint(address: str, pods: int, port: int) -> dict[str, Any]:
    socket = {"socket_address": {"address": address, "port_value": port}}
    return {"endpoint": {"address": socket}, "load_balancing_weight": pods}


def _ready(one: Item) -> list[str]:
    """The node of each ready endpoint. A condition that is not set counts as true, says the API."""
    return [
        end["nodeName"]
        for end in one.get("endpoints") or []
        if end.get("nodeName") and (end.get("conditions") or {}).get("ready") is not False
    ]


def _addresses(pods: Iterable[Item]) -> dict[str, str]:
    """Node name to its address, as any pod on it tells: reading Nodes would take a right beyond the namespace."""
    return {
        pod["spec"]["nodeName"]: pod["status"]["hostIP"]
        for pod in pods
        if (pod.get("spec") or {}).get("nodeName") and (pod.get("status") or {}).get("hostIP")
    }
