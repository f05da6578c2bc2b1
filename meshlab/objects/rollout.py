"""Whether workloads have become what was declared and, if not, which pod waits for what."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meshlab.cluster.api import Kube
from meshlab.cluster.poll import until
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.lab.address import ObjectRef
from meshlab.objects.names import Object, ready, selects, terminating
from meshlab.words import Words

Raw = Mapping[str, Any]


def waits_for(workload: Raw, pods: Iterable[Object]) -> Words | None:
    """What a Deployment, DaemonSet or StatefulSet still waits for; None when it is complete and its old pods are gone."""
    mine = [pod for pod in pods if selects(_selector(workload), pod)]
    name = f"{workload['kind']} {workload['metadata']['name']}"
    status = workload.get("status") or {}
    if status.get("observedGeneration", 0) < workload["metadata"].get("generation", 0):
        return Words("waits.of", {"object": name, "why": Words("waits.not-seen")})
    if workload["spec"].get("paused"):
        return None
    left = _count(workload, status)
    if left:
        return Words("waits.of", {"object": name, "why": _refused(workload) or _first(mine) or left})
    going = [pod["metadata"]["name"] for pod in mine if terminating(pod)]
    return Words("waits.of", {"object": name, "why": Words("waits.pod-ending", {"pod": going[0]})}) if going else None


def _count(workload: Raw, status: Raw) -> Words | None:
    if workload["kind"] == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
        total = status.get("currentNumberScheduled", 0)
    else:
        wanted = workload["spec"].get("replicas", 1)
        updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
        available = status.get("availableReplicas", 0)
    if updated == wanted == available == total:
        return None
    return Words("waits.pods", {"available": available, "wanted": wanted, "updated": updated})


def _refused(workload: Raw) -> str:
    """Why no pod can be made (quota, admission)."""
    for one in (workload.get("status") or {}).get("conditions") or []:
        if one.get("type") == "ReplicaFailure" and one.get("status") == "True":
            return str(one.get("message", "")).rstrip(".")
    return ""


def _first(pods: list[Object]) -> Words | None:
    return next((why_not_ready(pod) for pod in pods if not ready(pod) and not terminating(pod)), None)


def why_not_ready(pod: Raw) -> Words:
    """What one pod waits for."""
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    for one in status.get("conditions") or []:
        if one.get("type") == "PodScheduled" and one.get("status") == "False":
            return Words("waits.pod-unscheduled", {"pod": name, "why": str(one.get("message", "")).rstrip(".")})
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(kind) or []:
            why = _container(container)
            if why is not None:
                return Words("waits.container", {"pod": name, "container": container["name"], "why": why})
    return Words("waits.pod-not-ready", {"pod": name})


NO_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"})


def _container(status: Raw) -> Words | None:
    waiting = (status.get("state") or {}).get("waiting") or {}
    ended = _ended(status)
    reason = waiting.get("reason", "")
    if reason in NO_IMAGE:
        return Words("waits.image", {"image": status.get("image", ""), "reason": reason})
    if _crashed(status):
        return Words("waits.ended", {"code": ended.get("exitCode", "?"), "reason": ended.get("reason") or reason})
    if reason and reason not in ("ContainerCreating", "PodInitializing"):
        return Words("waits.waiting", {"reason": f"{reason} {waiting.get('message', '')}".rstrip(" .")})
    return None


def _ended(status: Raw) -> Raw:
    """How a container ended, now or the last time."""
    return (status.get("state") or {}).get("terminated") or (status.get("lastState") or {}).get("terminated") or {}


def _crashed(status: Raw) -> bool:
    reason = ((status.get("state") or {}).get("waiting") or {}).get("reason", "")
    return reason not in NO_IMAGE and bool(_ended(status).get("exitCode") or reason == "CrashLoopBackOff")


def crashed(pod: Raw) -> list[str]:
    """Names of the containers of a pod whose log may say why they ended."""
    status = pod.get("status") or {}
    containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return [one["name"] for one in containers if _crashed(one)]


def endpoints_wait_for(service: Raw, slices: Iterable[Object], pods: Iterable[Object]) -> Words | None:
    """Says that the endpoints of a Service differ from its ready pods; None if they do not."""
    spec = service["spec"]
    if not spec.get("selector") or spec.get("publishNotReadyAddresses"):
        return None
    name = service["metadata"]["name"]
    mine = [part for part in slices if (part["metadata"].get("labels") or {}).get("kubernetes.io/service-name") == name]
    have = {
        address
        for part in mine
        for endpoint in part.get("endpoints") or []
        if (endpoint.get("conditions") or {}).get("ready", True)
        for address in endpoint.get("addresses", [])
    }
    chosen = [pod for pod in pods if selects(spec["selector"], pod) and ready(pod) and not terminating(pod)]
    wanted = {pod["status"]["podIP"] for pod in chosen if pod.get("status", {}).get("podIP")}
    return None if have == wanted else Words("waits.endpoints", {"service": name})


def _selector(workload: Raw) -> dict[str, str]:
    return (workload["spec"].get("selector") or {}).get("matchLabels") or {}


KINDS = ("Deployment", "DaemonSet", "StatefulSet")


async def settled(kube: Kube, namespaces: Sequence[str], within: float) -> None:
    """Wait until all workloads are available, their old pods are gone and the endpoints are up to date.

    PreparationTimeout says which pod waits for what, with the last line of its log when it crashed.
    """

    async def pending() -> Words | None:
        return next(filter(None, await asyncio.gather(*(_pending(kube, one) for one in namespaces))), None)

    try:
        await until(pending, within, what=Words("waits.settling", {"namespaces": ", ".join(namespaces)}))
    except PreparationTimeout as error:
        last = await last_words(kube, namespaces)
        if last is None:
            raise
        container, line = last
        raise PreparationTimeout("wait.too-long-crashed", why=error, container=container, line=line) from error


async def _pending(kube: Kube, namespace: str) -> Words | None:
    refs = [ObjectRef(namespace=namespace, api_version="apps/v1", kind=kind) for kind in KINDS]
    others = [
        ObjectRef(namespace=namespace, kind="Pod"),
        ObjectRef(namespace=namespace, kind="Service"),
        ObjectRef(namespace=namespace, api_version="discovery.k8s.io/v1", kind="EndpointSlice"),
    ]
    *workloads, pods, services, slices = await asyncio.gather(*(kube.list(ref) for ref in (*refs, *others)))
    for workload in [workload for of_kind in workloads for workload in of_kind]:
        left = waits_for(workload, pods)
        if left is not None:
            return left
    return next(filter(None, (endpoints_wait_for(service, slices, pods) for service in services)), None)


async def last_words(kube: Kube, namespaces: Iterable[str]) -> tuple[str, str] | None:
    """The first crashed container (`pod/container`) and the last line that it wrote; None when none crashed."""
    for namespace in namespaces:
        for pod in await kube.list(ObjectRef(namespace=namespace, kind="Pod")):
            for container in crashed(pod):
                line = await _last_line(kube, pod, container)
                if line:
                    return f"{pod['metadata']['name']}/{container}", line
    return None


async def _last_line(kube: Kube, pod: Object, container: str) -> str:
    try:
        text = await kube.logs(pod["metadata"]["namespace"], pod["metadata"]["name"], container)
    except ClusterError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


async def gone(kube: Kube, ref: ObjectRef, within: float) -> None:
    """Wait until no pod with these labels is left."""

    async def pending() -> Words | None:
        left = [pod for pod in await kube.list(ref) if selects(ref.labels, pod)]
        return Words("waits.pod-there", {"pod": left[0]["metadata"]["name"]}) if left else None

    await until(pending, within, what=Words("waits.ending-pods", {"namespace": ref.namespace}))
