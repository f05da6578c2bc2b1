"""Waiting until the workloads of namespaces have settled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.lab.address import ObjectRef
from meshlab.run import rollout
from meshlab.run.objects import Object, selects
from meshlab.run.poll import until

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
        said = rollout.waits_for(workload, pods)
        if said:
            return said
    return next(filter(None, (rollout.endpoints_wait_for(one, slices, pods) for one in services)), "")


async def last_words(kube: Kube, namespaces: Iterable[str]) -> str:
    """The last line that the first crashed container wrote, as a sentence; "" when none crashed."""
    for namespace in namespaces:
        for pod in await kube.list(ObjectRef(namespace=namespace, kind="Pod")):
            for container in rollout.crashed(pod):
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
