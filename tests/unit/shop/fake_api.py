"""A small Kubernetes API: list, and watch with versions, bookmarks, ends and compaction."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

KINDS = {
    "configmaps": "ConfigMap",
    "services": "Service",
    "deployments": "Deployment",
    "pods": "Pod",
    "endpointslices": "EndpointSlice",
}


class FakeApi:
    """Objects by (plural, namespace, name). Every change has a version; `compact` forgets the events so far."""

    def __init__(self) -> None:
        self.version = 100
        self.compacted = 0
        self.refuse: int | None = None
        self.objects: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.events: list[tuple[int, str, str, str, dict[str, Any]]] = []
        self.absent: set[str] = set()
        self.watches = 0
        self._changed = asyncio.Condition()
        self._epoch = 0
        app = web.Application()
        for root in ("/api/{group}", "/apis/{api}/{group}"):
            app.router.add_get(root + "/namespaces/{namespace}/{plural}", self._get)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def put(
        self,
        plural: str,
        name: str,
        *,
        namespace: str = "shop",
        manager: str = "kubectl",
        labels: dict[str, str] | None = None,
        **fields: Any,
    ) -> None:
        key = (plural, namespace, name)
        old = self.objects.get(key)
        self.version += 1
        meta = {
            "name": name,
            "namespace": namespace,
            "uid": old["metadata"]["uid"] if old else f"uid-{self.version}",
            "resourceVersion": str(self.version),
            "labels": labels or {},
            "managedFields": [
                {"manager": "older", "operation": "Update", "time": "2020-01-01T00:00:00Z"},
                {"manager": manager, "operation": "Update", "time": "2020-01-02T00:00:00Z"},
                {"manager": "controller", "operation": "Update", "subresource": "status", "time": "2021-01-01T00:00:00Z"},
            ],
        }
        if plural == "deployments":
            before = old["metadata"]["generation"] if old else 0
            spec_changed = old is None or old.get("spec") != fields.get("spec", old.get("spec"))
            meta["generation"] = before + 1 if spec_changed else before
        body = {"apiVersion": "v1", "kind": KINDS[plural], **(old or {}), **fields, "metadata": meta}
        self.objects[key] = body
        await self._emit("MODIFIED" if old else "ADDED", key, body)

    async def delete(self, plural: str, name: str, namespace: str = "shop") -> None:
        body = self.objects.pop((plural, namespace, name))
        self.version += 1
        body = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.version)}}
        await self._emit("DELETED", (plural, namespace, name), body)

    async def end_watches(self) -> None:
        async with self._changed:
            self._epoch += 1
            self._changed.notify_all()

    def compact(self) -> None:
        self.compacted = self.version

    async def _emit(self, verb: str, key: tuple[str, str, str], body: dict[str, Any]) -> None:
        async with self._changed:
            self.events.append((self.version, verb, key[0], key[1], body))
            self._changed.notify_all()

    async def _get(self, request: web.Request) -> web.StreamResponse:
        if self.refuse:
            return web.json_response({"message": "no"}, status=self.refuse)
        plural, namespace = request.match_info["plural"], request.match_info["namespace"]
        if plural in self.absent:
            return web.json_response({}, status=404)
        if request.query.get("watch"):
            return await self._watch(request, plural, namespace)
        items = [
            {name: value for name, value in body.items() if name not in ("apiVersion", "kind")}
            for (one, there, _), body in self.objects.items()
            if (one, there) == (plural, namespace)
        ]
        kind = f"{KINDS[plural]}List"
        return web.json_response({"kind": kind, "metadata": {"resourceVersion": str(self.version)}, "items": items})

    async def _watch(self, request: web.Request, plural: str, namespace: str) -> web.StreamResponse:
        since = int(request.query["resourceVersion"])
        response = web.StreamResponse()
        await response.prepare(request)
        if since < self.compacted:
            await _line(response, "ERROR", {"code": 410, "message": "too old"})
            return response
        epoch = self._epoch
        self.watches += 1
        while epoch == self._epoch:
            for version, verb, one, there, body in list(self.events):
                if version > since and (one, there) == (plural, namespace):
                    await _line(response, verb, body)
            since = self.version
            await _line(response, "BOOKMARK", {"kind": KINDS[plural], "metadata": {"resourceVersion": str(since)}})
            async with self._changed:
                if epoch == self._epoch and since == self.version:
                    await self._changed.wait()
        return response


async def _line(response: web.StreamResponse, kind: str, body: dict[str, Any]) -> None:
    await response.write(json.dumps({"type": kind, "object": body}).encode() + b"\n")
