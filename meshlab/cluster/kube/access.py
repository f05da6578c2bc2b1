"""What a user may do on a cluster that meshlab did not make: asked of the cluster itself."""

from __future__ import annotations

import asyncio
import platform
from typing import Any

from meshlab.cluster.api import Capabilities, Kube
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


async def allowed(kube: Kube, verb: str, group: str, resource: str, namespace: str = "") -> bool:
    """Whether the API server would let us."""
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = await kube.post(REVIEWS, review)
    return bool(answer.get("status", {}).get("allowed"))


async def capabilities(kube: Kube, namespace: str) -> Capabilities:
    """What labs can count on there. ClusterError when the cluster does not answer."""
    makes_namespaces, binds, labels, policies, host_port, net_admin = await asyncio.gather(
        allowed(kube, "create", "", "namespaces"),
        allowed(kube, "create", "rbac.authorization.k8s.io", "clusterrolebindings"),
        allowed(kube, "patch", "", "nodes"),
        # Whether somebody enforces them cannot be asked; a lab's own checks have controls for that.
        allowed(kube, "create", "networking.k8s.io", "networkpolicies", namespace),
        admitted(kube, namespace, {"ports": [{"containerPort": 4140, "hostPort": 4140}]}),
        admitted(kube, namespace, {"securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}),
    )
    return Capabilities(
        scope="cluster" if makes_namespaces and binds else "namespaces",
        host_port=host_port,
        network_policy=policies,
        net_admin=net_admin,
        node_labels=labels,
        node_access=False,
        published=False,
        nodes=await worker_count(kube),
        memory_mib=0,
    )


async def admitted(kube: Kube, namespace: str, container: dict[str, Any]) -> bool:
    """Whether a pod with such a container would be let in (asked by a dry run: admission decides, not rights alone)."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "meshlab-may-it", "namespace": namespace},
        "spec": {"containers": [{"name": "main", "image": "none", **container}]},
    }
    try:
        await kube.post(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", pod)
    except ClusterError as error:
        if error.status in (403, 404, 422):
            return False
        raise
    return True


async def worker_count(kube: Kube) -> int:
    """Nodes that take pods; 0 when we may not see them."""
    try:
        nodes = await kube.list(ObjectRef(kind="Node"))
    except ClusterError as error:
        if error.status == 403:
            return 0
        raise
    return sum(1 for node in nodes if not _closed(node))


async def architecture(kube: Kube) -> str:
    """amd64 or arm64 as its nodes are; this machine's where we may not see them."""
    try:
        nodes = await kube.list(ObjectRef(kind="Node"))
    except ClusterError as error:
        if error.status != 403:
            raise
        nodes = []
    found = [str(node.get("status", {}).get("nodeInfo", {}).get("architecture", "")) for node in nodes if not _closed(node)]
    here = platform.machine().lower()
    return next(filter(None, found), "") or {"x86_64": "amd64", "aarch64": "arm64"}.get(here, here)


def _closed(node: dict[str, Any]) -> bool:
    taints = node.get("spec", {}).get("taints") or []
    return any(taint["effect"] in ("NoSchedule", "NoExecute") for taint in taints)
