"""What the endpoints of a Service let expect of calls to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meshlab.check.calls import host_of, url_of
from meshlab.check.inputs import Inputs
from meshlab.check.world import Position
from meshlab.lab.address import ObjectRef

SLICE = "discovery.k8s.io/v1"


async def fraction(inputs: Inputs, service: str) -> float:
    """The fraction of calls to a service that should succeed.

    Traffic goes to the endpoints that EndpointSlices call ready, each with the same chance; of those, the ones whose node
    is ready can be reached. A Service without ready endpoints gives 0.
    """
    ready = [
        endpoint
        for endpoint in await endpoints(inputs, service)
        if (endpoint.get("conditions") or {}).get("ready") is not False
    ]
    if not ready:
        return 0.0
    down = await _nodes_down(inputs, inputs.service(service).cluster)
    return sum(endpoint.get("nodeName") not in down for endpoint in ready) / len(ready)


async def fraction_via(inputs: Inputs, proxy: str, callers: Sequence[Position], service: str) -> float:
    """The fraction of calls that should succeed where each node has a proxy: both ends' nodes need one that is ready.

    Callers send alike, and each ready pod of the callee gets the same share, whichever name leads to it. A Service in front
    may select the proxies themselves, so its EndpointSlices would not tell.
    """
    served = {pod.node for pod in await inputs.world.proxy_pods(proxy) if pod.ready}
    ready = [pod for pod in await inputs.world.positions(service) if pod.ready]
    if not ready or not callers:
        return 0.0
    leave = sum(caller.node in served for caller in callers) / len(callers)
    return leave * sum(pod.node in served for pod in ready) / len(ready)


async def endpoints(inputs: Inputs, service: str) -> list[dict[str, Any]]:
    """The endpoints of the Kubernetes Service that a service's URL names."""
    endpoint = inputs.service(service)
    name, _, rest = host_of(url_of(inputs, service)).partition(".")
    ref = ObjectRef(
        cluster=endpoint.cluster,
        namespace=rest.partition(".")[0] or inputs.namespace(endpoint),
        api_version=SLICE,
        kind="EndpointSlice",
        labels={"kubernetes.io/service-name": name},
    )
    return [entry for endpoint_slice in await inputs.world.objects(ref) for entry in endpoint_slice.get("endpoints") or []]


async def _nodes_down(inputs: Inputs, cluster: str) -> set[str]:
    nodes = await inputs.world.objects(ObjectRef(cluster=cluster, kind="Node"))
    return {node["metadata"]["name"] for node in nodes if not _ready(node)}


def _ready(node: dict[str, Any]) -> bool:
    conditions = node.get("status", {}).get("conditions") or []
    return any(condition.get("type") == "Ready" and condition.get("status") == "True" for condition in conditions)
