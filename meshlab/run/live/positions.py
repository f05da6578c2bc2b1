"""Finds the pods that can be called from and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshlab.check.world import Position
from meshlab.errors import ClusterError
from meshlab.lab.address import Endpoint, ObjectRef
from meshlab.lab.model import Lab, Proxy
from meshlab.run.live import outside

if TYPE_CHECKING:
    from meshlab.cluster.api import Kube

TOOLS = "meshlab"
"""Namespace of meshlab's own parts: the probe, the recorder, the learner's account."""
PROBE = {"app": "probe"}
ADMIN_PORT = 8081


def endpoint(lab: Lab, service: str) -> Endpoint:
    """Returns the lab's endpoint of this id; the probe needs no entry. ClusterError when the lab has no such id."""
    name = service.partition("@")[0]
    found = lab.services.get(name)
    if found is not None and not found.probe:
        return found
    if found is not None or name == "probe":
        return Endpoint(cluster=found.cluster if found else "", namespace=TOOLS, select=PROBE, probe=True)
    raise ClusterError("lab.no-service", service=service)


async def of_service(kube: Kube, lab: Lab, service: str) -> list[Position]:
    """Lists the service's running pods, sorted by name; `probe@NODE` is the probe of one node. Raises ClusterError."""
    place = endpoint(lab, service)
    if place.outside:
        return [outside.position(service, place.cluster)]
    if not place.select:
        return []
    found = await _running(
        kube, place.namespace or lab.default_namespace, place.select, service.partition("@")[0], place.cluster
    )
    node = service.partition("@")[2]
    return [position for position in found if not node or position.node == node]


async def of_proxy(kube: Kube, lab: Lab, name: str, proxy: Proxy) -> list[Position]:
    """Lists running pods with the proxy's container, sorted by name; the labels may select pods without it, too."""
    pods = await kube.list(ObjectRef(kind="Pod", namespace=proxy.namespace or lab.default_namespace, labels=proxy.select))
    return [of_pod(pod, name, proxy.cluster) for pod in pods if is_running(pod) and has_container(pod, proxy.container)]


async def _running(kube: Kube, namespace: str, select: dict[str, str], service: str, cluster: str) -> list[Position]:
    pods = await kube.list(ObjectRef(kind="Pod", namespace=namespace, labels=select))
    return [of_pod(pod, service, cluster) for pod in pods if is_running(pod)]


def is_running(pod: dict[str, Any]) -> bool:
    """Whether the pod can answer: its containers run and it is not being deleted."""
    return pod.get("status", {}).get("phase") == "Running" and not pod["metadata"].get("deletionTimestamp")


def has_container(pod: dict[str, Any], name: str) -> bool:
    """Whether the pod has a container of this name; native sidecars are init containers."""
    spec = pod.get("spec", {})
    return any(one.get("name") == name for one in [*(spec.get("containers") or []), *(spec.get("initContainers") or [])])


def of_pod(pod: dict[str, Any], service: str, cluster: str = "") -> Position:
    """Converts a pod to a position."""
    status = pod.get("status", {})
    conditions = status.get("conditions") or []
    return Position(
        service=service,
        pod=pod["metadata"]["name"],
        node=pod.get("spec", {}).get("nodeName", ""),
        ip=status.get("podIP", ""),
        namespace=pod["metadata"].get("namespace", ""),
        cluster=cluster,
        ready=any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions),
    )
