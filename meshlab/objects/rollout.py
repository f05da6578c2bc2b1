"""Whether workloads have become what was declared, and if not, what which pod waits for: raw objects in, sentences out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meshlab.cluster.api import Kube
from meshlab.cluster.poll import until
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.lab.address import ObjectRef
from meshlab.objects.names import Object, ready, selects, terminating

Raw = Mapping[str, Any]


def waits_for(workload: Raw, pods: Iterable[Object]) -> str:
    """What a Deployment, DaemonSet or StatefulSet still waits for; "" when it is there and its old pods are gone."""
    mine = [pod for pod in pods if selects(_selector(workload), pod)]
    name = f"{workload['kind']} {workload['metadata']['name']}"
    status = workload.get("status") or {}
    if status.get("observedGeneration", 0) < workload["metadata"].get("generation", 0):
        return f"{name}: its controller has not seen the change yet"
    if workload["spec"].get("paused"):
        return ""
    left = _count(workload, status)
    if left:
        return f"{name}: {_refused(workload) or _first(mine) or left}"
    going = [pod["metadata"]["name"] for pod in mine if terminating(pod)]
    return f"{name}: pod {going[0]} is still ending" if going else ""


def _count(workload: Raw, status: Raw) -> str:
    if workload["kind"] == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
        total = status.get("currentNumberScheduled", 0)
    else:
        wanted = workload["spec"].get("replicas", 1)
        updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
        available = status.get("availableReplicas", 0)
    if updated == wanted == available == total:
        return ""
    return f"{available} of {wanted} pods are available, {updated} up to date"


def _refused(workload: Raw) -> str:
    """Why no pod can be made (quota, admission)."""
    for one in (workload.get("status") or {}).get("conditions") or []:
        if one.get("type") == "ReplicaFailure" and one.get("status") == "True":
            return str(one.get("message", "")).rstrip(".")
    return ""


def _first(pods: list[Object]) -> str:
    return next((said for pod in pods if not ready(pod) and not terminating(pod) and (said := why_not_ready(pod))), "")


def why_not_ready(pod: Raw) -> str:
    """What one pod waits for."""
    name, status = f"pod {pod['metadata']['name']}", pod.get("status") or {}
    for one in status.get("conditions") or []:
        if one.get("type") == "PodScheduled" and one.get("status") == "False":
            return f"{name} cannot be scheduled: {str(one.get('message', '')).rstrip('.')}"
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(kind) or []:
            said = _container(container)
            if said:
                return f"{name}, container {container['name']} {said}"
    return f"{name} is not ready yet"


def _container(status: Raw) -> str:
    waiting = (status.get("state") or {}).get("waiting") or {}
    ended = (status.get("state") or {}).get("terminated") or (status.get("lastState") or {}).get("terminated") or {}
    reason = waiting.get("reason", "")
    if reason in ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"):
        return f"cannot get the image {status.get('image', '')} ({reason})"
    if ended.get("exitCode") or reason == "CrashLoopBackOff":
        return f"ended with code {ended.get('exitCode', '?')} ({ended.get('reason') or reason})"
    if reason and reason not in ("ContainerCreating", "PodInitializing"):
        return f"waits: {reason} {waiting.get('message', '')}".rstrip(" .")
    return ""


def crashed(pod: Raw) -> list[str]:
    """Names of the containers of a pod whose log may say why they ended."""
    status = pod.get("status") or {}
    containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return [one["name"] for one in containers if " ended with code" in f" {_container(one)}"]


def endpoints_wait_for(service: Raw, slices: Iterable[Object], pods: Iterable[Object]) -> str:
    """Whether the endpoints of a Service are exactly its ready pods."""
    spec = service["spec"]
    if not spec.get("selector") or spec.get("publishNotReadyAddresses"):
        return ""
    name = service["metadata"]["name"]
    mine = [one for one in slices if (one["metadata"].get("labels") or {}).get("kubernetes.io/service-name") == name]
    have = {
        address
        for one in mine
        for endpoint in one.get("endpoints") or []
        if (endpoint.get("conditions") or {}).get("ready", True)
        for address in endpoint.get("addresses", [])
    }
    chosen = [pod for pod in pods if selects(spec["selector"], pod) and ready(pod) and not terminating(pod)]
    wanted = {pod["status"]["podIP"] for pod in chosen if pod.get("status", {}).get("podIP")}
    return "" if have == wanted else f"Service {name}: its endpoints are not yet its ready pods"


def _selector(workload: Raw) -> dict[str, str]:
    return (workload["spec"].get("selector") or {}).get("matchLabels") or {}


KINDS = ("Deployment", "DaemonSet", "StatefulSet")


async def settled(kube: Kube, namespaces: Sequence[str], within: float) -> None:
    """Until all workloads are available, their old pods gone and endpoints up to date.

    PreparationTimeout says which pod waits for what, with the last line of its log when it crashed.
    """

    async def pending() -> str:
        return next(filter(None, await asyncio.gather(*(_pending(kube, one) for one in namespaces))), "")

    try:
        await until(pending, within, what=f"Settling in {', '.join(namespaces)}")
    except PreparationTimeout as error:
        words = await last_words(kube, namespaces)
        if words:
            raise PreparationTimeout(f"{error.message} {words}", hint=error.hint) from error
        raise


async def _pending(kube: Kube, namespace: str) -> str:
    refs = [ObjectRef(namespace=namespace, api_version="apps/v1", kind=kind) for kind in KINDS]
    others = [
        ObjectRef(namespace=namespace, kind="Pod"),
        ObjectRef(namespace=namespace, kind="Service"),
        ObjectRef(namespace=namespace, api_version="discovery.k8s.io/v1", kind="EndpointSlice"),
    ]
    *workloads, pods, services, slices = await asyncio.gather(*(kube.list(ref) for ref in (*refs, *others)))
    for workload in [one for some in workloads for one in some]:
        said = waits_for(workload, pods)
        if said:
            return said
    return next(filter(None, (endpoints_wait_for(one, slices, pods) for one in services)), "")


async def last_words(kube: Kube, namespaces: Iterable[str]) -> str:
    """The last line that the first crashed container wrote, as a sentence; "" when none crashed."""
    for namespace in namespaces:
        for pod in await kube.list(ObjectRef(namespace=namespace, kind="Pod")):
            for container in crashed(pod):
                line = await _last_line(kube, pod, container)
                if line:
                    return f"The last line of {pod['metadata']['name']}/{container}: {line}"
    return ""


async def _last_line(kube: Kube, pod: Object, container: str) -> str:
    try:
        text = await kube.logs(pod["metadata"]["namespace"], pod["metadata"]["name"], container)
    except ClusterError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


async def gone(kube: Kube, ref: ObjectRef, within: float) -> None:
    """Until no pod with these labels is left."""

    async def pending() -> str:
        left = [pod for pod in await kube.list(ref) if selects(ref.labels, pod)]
        return f"pod {left[0]['metadata']['name']} is still there" if left else ""

    await until(pending, within, what=f"Ending the pods of {ref.namespace}")
