"""Which kinds of object a cluster has, from its API server: needed to see what nobody declared."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef


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
        found: dict[str, Any] = await kube.raw(path)
    except ClusterError as error:
        if error.status != 503 or path == "/api/v1":
            raise
        return {}
    return found


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
