"""The objects in a lab's scope and one hash of them, which is equal exactly if the same was declared."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.differences import differences
from meshlab.objects import normal_form
from meshlab.objects.names import PART_OF, SYSTEM_NAMESPACE, Key, Object, key_of, labels_of, owned

AT_ONCE = 12
_MADE_BY_CONTROLLERS = {"Event", "Endpoints", "EndpointSlice", "Lease", "ReplicaSet", "ControllerRevision", "PodMetrics"}
_CLUSTERS_OWN = {
    "APIService",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterTrustBundle",
    "ComponentStatus",
    "DeviceClass",
    "FlowSchema",
    "IPAddress",
    "NodeMetrics",
    "PersistentVolume",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "ServiceCIDR",
    "StorageVersion",
    "VolumeAttachment",
}


class Scope(Struct, frozen=True, kw_only=True):
    """What belongs to a lab on one cluster."""

    namespaces: tuple[str, ...]
    cluster_scoped: bool = True
    """False on an engine that gives namespaces only."""
    declared: Mapping[Key, Object] = field(default_factory=dict)


class Inventory(Struct, frozen=True):
    """The normal form of every object of a scope, by its name for a person."""

    objects: dict[str, Any]

    @property
    def digest(self) -> str:
        """The fingerprint, as hexadecimal sha256."""
        return hashlib.sha256(msgspec.json.encode(self.objects, order="sorted")).hexdigest()


def diff(before: Inventory, after: Inventory) -> list[str]:
    """Names of the objects that differ, signed as `meshlab.lab.differences` does."""
    return differences(before.objects, after.objects)


async def take(kube: Kube, scope: Scope) -> Inventory:
    """The inventory of the scope now."""
    found = await objects(kube, scope)
    named: dict[str, Any] = {}
    for obj in found:
        key = key_of(obj)
        named[name_of(key)] = normal_form.normal(obj, scope.declared.get(key))
    if scope.cluster_scoped:
        for one in await kube.list(ApiKind("v1", "Node", "nodes", False).ref()):
            named[node_name(one)] = normal_form.node(one)
    return Inventory(named)


async def objects(kube: Kube, scope: Scope) -> list[Object]:
    """The raw objects of the scope that somebody put there, nodes left out."""
    found = await _all(kube, scope)
    return [obj for obj in found if not normal_form.skipped(obj) and not _meshlabs(obj)]


async def ours(kube: Kube, namespace: str = "") -> list[Object]:
    """meshlab's own objects: those of a namespace, or the cluster-scoped ones."""
    scope = Scope(namespaces=(namespace,) if namespace else (), cluster_scoped=not namespace)
    return [obj for obj in await _all(kube, scope) if labels_of(obj).get(PART_OF) == "meshlab" and not owned(obj)]


async def _all(kube: Kube, scope: Scope) -> list[Object]:
    known = await kinds(kube)
    places = [(kind, place) for kind in known for place in _places(kind, scope)]
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(kind: ApiKind, namespace: str) -> list[Object]:
        async with slots:
            try:
                return await kube.list(kind.ref(namespace))
            except ClusterError as error:
                # Of a kind that we may not even see, neither we nor a learner with fewer rights can have put anything there.
                if error.status != 403:
                    raise
                return []

    return [obj for some in await asyncio.gather(*(one(kind, place) for kind, place in places)) for obj in some]


def _places(kind: ApiKind, scope: Scope) -> tuple[str, ...]:
    if kind.namespaced:
        return () if kind.kind in _MADE_BY_CONTROLLERS else scope.namespaces
    return ("",) if scope.cluster_scoped and kind.kind not in {*_CLUSTERS_OWN, "Node"} else ()


def _meshlabs(obj: Object) -> bool:
    """Whether it is a part of meshlab, or a namespace that every cluster has."""
    if labels_of(obj).get(PART_OF) == "meshlab":
        return True
    name = obj["metadata"]["name"]
    return bool(obj["kind"] == "Namespace" and (name == SYSTEM_NAMESPACE or name == "default" or name.startswith("kube-")))


NODE = "Node "
"""How the names of nodes begin in an inventory."""


def node_name(obj: Object) -> str:
    """How an inventory names a node."""
    return f"{NODE}{obj['metadata']['name']}"


def name_of(key: Key) -> str:
    """How an inventory names an object."""
    return f"{key} ({key.group})" if key.group and "." in key.group else str(key)


class ApiKind(Struct, frozen=True):
    """One kind in its group's preferred version."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    def ref(self, namespace: str = "", name: str = "") -> ObjectRef:
        """All objects of the kind (in a namespace), or one."""
        return ObjectRef(api_version=self.api_version, kind=self.kind, namespace=namespace, name=name)


async def kinds(kube: Kube) -> list[ApiKind]:
    """All kinds that can be listed and deleted, each once."""
    groups = (await kube.raw("/apis"))["groups"]
    paths = ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]
    answers = await asyncio.gather(*(_served(kube, path) for path in paths))
    return [kind for answer in answers for kind in _of(answer)]


async def _served(kube: Kube, path: str) -> dict[str, Any]:
    """What a group has; nothing while the server behind it is down, as it may be for one that is not Kubernetes' own."""
    try:
        served: dict[str, Any] = await kube.raw(path)
    except ClusterError as error:
        if error.status != 503 or path == "/api/v1":
            raise
        return {}
    return served


async def namespaced(kube: Kube, api_version: str, kind: str) -> bool:
    """Whether objects of the kind live in namespaces. True when the cluster does not know it."""
    path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    try:
        answer = await kube.raw(path)
    except ClusterError as error:
        if error.status != 404:
            raise
        return True
    found = [one for one in answer.get("resources", []) if one["kind"] == kind and "/" not in one["name"]]
    return bool(found[0]["namespaced"]) if found else True


def _of(answer: dict[str, Any]) -> list[ApiKind]:
    return [
        ApiKind(answer["groupVersion"], one["kind"], one["name"], one["namespaced"])
        for one in answer.get("resources", [])
        if "/" not in one["name"] and {"list", "delete"} <= set(one.get("verbs", ()))
    ]
