"""The Kubernetes client: raw JSON objects in, raw JSON objects out (see `api.Kube`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from meshlab.cluster.api import ClusterInfo
from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.kube.connection import Connection
from meshlab.cluster.kube.discovery import Discovery, Resource
from meshlab.cluster.kube.forward import Forwards
from meshlab.cluster.kube.watch import Reflector, listed
from meshlab.cluster.poll import Left, until
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef, describe
from meshlab.words import Words

PATCHES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}
GONE_WITHIN = 60.0
"""Seconds that `delete(wait=True)` waits."""


class KubeClient:
    """Api.Kube over one kubeconfig context. Nothing is loaded or connected before the first request."""

    def __init__(self, kubeconfig: Path, context: str = "") -> None:
        self.connection = Connection(kubeconfig, context)
        self.discovery = Discovery(self.connection)
        self.forwards = Forwards(self.connection)

    async def get(self, ref: ObjectRef) -> dict[str, Any] | None:
        """One object, or None when it is not there (nor its kind)."""
        resource = await self.discovery.find(ref.api_version, ref.kind)
        if resource is None:
            return None
        try:
            what = Words("waits.reading", {"object": describe(ref)})
            return await self.connection.json("GET", await self._path(resource, ref), what=what)
        except ClusterError as error:
            if error.status == 404:
                return None
            raise

    async def list(self, ref: ObjectRef) -> list[dict[str, Any]]:
        """The objects of ref's kind in its namespace ("" or "*": all) with its labels and name, sorted by name."""
        resource = await self.discovery.find(ref.api_version, ref.kind)
        if resource is None:
            return []
        try:
            found, _ = await listed(self.connection, resource, resource.path(_scope(ref)), _selection(ref))
        except ClusterError as error:
            if error.status != 404:
                raise
            self.discovery.forget(ref.api_version, ref.kind)
            return []
        return sorted(found, key=lambda one: (one["metadata"].get("namespace", ""), one["metadata"]["name"]))

    async def apply(
        self, obj: dict[str, Any], *, manager: str = "meshlab", force: bool = True, dry: bool = False
    ) -> dict[str, Any]:
        """Server-side apply. dry: only asked whether it could be."""
        ref = reference(obj)
        resource = await self.discovery.need(ref.api_version, ref.kind)
        return await self.connection.json(
            "PATCH",
            await self._path(resource, ref),
            params={"fieldManager": manager, "force": str(force).lower(), **({"dryRun": "All"} if dry else {})},
            body=obj,
            content_type="application/apply-patch+yaml",
            what=Words("waits.applying", {"object": describe(ref)}),
        )

    async def patch(
        self, ref: ObjectRef, patch: Any, *, kind: str = "merge", subresource: str = "", manager: str = "meshlab"
    ) -> dict[str, Any]:
        """kind: merge, json or strategic."""
        resource = await self.discovery.need(ref.api_version, ref.kind)
        path = await self._path(resource, ref) + (f"/{subresource}" if subresource else "")
        return await self.connection.json(
            "PATCH",
            path,
            params={"fieldManager": manager},
            body=patch,
            content_type=PATCHES[kind],
            what=Words("waits.changing", {"object": describe(ref)}),
        )

    async def delete(self, ref: ObjectRef, *, grace: int | None = None, wait: bool = False) -> None:
        """Background propagation; fine when it is gone. Without a name: all that carry ref's labels."""
        if not ref.name:
            if not ref.labels:
                raise ClusterError("api.delete-all", kind=ref.kind)
            found = await self.list(ref)
            await asyncio.gather(*(self.delete(reference(one), grace=grace, wait=wait) for one in found))
            return
        resource = await self.discovery.find(ref.api_version, ref.kind)
        if resource is not None:
            await self._delete_one(resource, ref, grace, wait)

    async def _delete_one(self, resource: Resource, ref: ObjectRef, grace: int | None, wait: bool) -> None:
        path = await self._path(resource, ref)
        params = {"propagationPolicy": "Background"}
        if grace is not None:
            params["gracePeriodSeconds"] = str(grace)
        try:
            what = Words("waits.deleting", {"object": describe(ref)})
            said = await self.connection.json("DELETE", path, params=params, what=what)
        except ClusterError as error:
            if error.status == 404:
                return
            raise
        if wait:
            # The answer is the object while it ends, or a Status with its uid when it is gone already.
            uid = said.get("metadata", {}).get("uid") or said.get("details", {}).get("uid", "")
            await self._gone(ref, uid)

    async def _gone(self, ref: ObjectRef, uid: str) -> None:
        async def holders() -> str:
            found = await self.get(ref)
            if found is None or found["metadata"].get("uid") != uid:
                return ""
            return ", ".join(found["metadata"].get("finalizers", [])) or "–"

        def late(held: Left) -> ClusterError:
            return ClusterError("api.not-gone", object=describe(ref), seconds=GONE_WITHIN, holders=held or "–")

        await until(holders, GONE_WITHIN, interval=0.1, late=late)

    def watch(self, ref: ObjectRef) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
        """ADDED for all that is there, ("SYNC", {}), then ADDED, MODIFIED and DELETED for ever.

        ClusterError before SYNC; afterwards errors are retried and gaps made up for by a new list, until `close`.
        """
        need = partial(self.discovery.need, ref.api_version, ref.kind)
        return Reflector(self.connection, need, _scope(ref), _selection(ref)).events()

    async def logs(self, namespace: str, pod: str, container: str, *, since: float | None = None) -> str:
        """Log text of a container since a unix time (whole seconds: the API server rounds)."""
        params = {"container": container}
        if since is not None:
            params["sinceTime"] = datetime.fromtimestamp(int(since), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
        what = Words("waits.reading-log", {"container": container, "pod": f"{namespace}/{pod}"})
        response = await self.connection.request("GET", path, params=params, what=what, timeout=30)
        return response.content.decode(errors="replace")

    async def raw(self, path: str) -> Any:
        """GET on the API server: JSON, else text."""
        response = await self.connection.request("GET", path, what=Words("waits.reading", {"object": path}))
        try:
            return msgspec.json.decode(response.content)
        except msgspec.DecodeError:
            return response.content.decode(errors="replace")

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST on the API server (TokenRequest, SelfSubjectAccessReview, eviction ...)."""
        return await self.connection.json("POST", path, body=body, what=Words("waits.posting", {"path": path}))

    def forward(self, namespace: str, pod: str, port: int) -> AbstractAsyncContextManager[str]:
        """Port-forward inside this process: "http://127.0.0.1:<port>" while the context lasts; no child process."""
        return self.forwards.url(namespace, pod, port)

    async def close(self) -> None:
        """Give connections back, all of them even when this is cancelled. Who still holds the client is refused then."""
        await to_the_end(self._close())

    async def _close(self) -> None:
        await self.forwards.close()
        await self.connection.close()

    async def _path(self, resource: Resource, ref: ObjectRef) -> str:
        if not ref.name:
            raise ClusterError("api.name-needed", kind=ref.kind)
        if resource.namespaced and not ref.namespace:
            await self.connection.client()
        return resource.path(ref.namespace or self.connection.namespace, ref.name)


def connect(info: ClusterInfo) -> KubeClient:
    """The client of a cluster that an engine found."""
    return KubeClient(info.kubeconfig, info.context)


def reference(obj: dict[str, Any]) -> ObjectRef:
    """How to name an object that is at hand."""
    metadata = obj.get("metadata", {})
    return ObjectRef(
        namespace=metadata.get("namespace", ""),
        api_version=obj.get("apiVersion", "v1"),
        kind=obj.get("kind", ""),
        name=metadata.get("name", ""),
    )


def _scope(ref: ObjectRef) -> str:
    return "" if ref.namespace == "*" else ref.namespace


def _selection(ref: ObjectRef) -> dict[str, str]:
    params = {}
    if ref.labels:
        params["labelSelector"] = ",".join(f"{key}={value}" for key, value in sorted(ref.labels.items()))
    if ref.name:
        params["fieldSelector"] = f"metadata.name={ref.name}"
    return params
