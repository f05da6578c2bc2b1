"""A small API server on this machine: just enough of Kubernetes to be talked to, and to fail in every way we know."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

Object = dict[str, Any]
RESOURCES = {
    "/api/v1": [("pods", "Pod", True), ("namespaces", "Namespace", False), ("pods/log", "Pod", True)],
    "/apis/apps/v1": [("deployments", "Deployment", True)],
}


class ApiServer:
    """Objects by path. `script` decides about each watch: what it is sent, and how it ends."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.version = 100
        self.watches: list[str] = []
        self.script: Callable[[web.StreamResponse, int], Any] = self._silent
        self.refuse: dict[str, tuple[int, str]] = {}
        """Method to (status, message)."""
        self.ending: set[str] = set()
        """Paths that a deletion only marks."""
        self.deleting = asyncio.Event()
        self.url = ""

    def put(self, path: str, obj: Object) -> Object:
        self.version += 1
        old = self.objects.get(path)
        uid = old["metadata"]["uid"] if old else f"uid-{self.version}"
        obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version), "uid": uid}}
        self.objects[path] = obj
        return obj

    async def handle(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text else None
        self.asked.append((request.method, request.path, dict(request.query), body))
        if request.method in self.refuse:
            status, message = self.refuse[request.method]
            return web.json_response({"kind": "Status", "message": message}, status=status)
        if request.path in RESOURCES:
            listed = [{"name": n, "kind": k, "namespaced": s} for n, k, s in RESOURCES[request.path]]
            return web.json_response({"resources": listed})
        if request.path == "/readyz":
            return web.Response(text="ok")
        if request.path.endswith("/log"):
            return web.Response(text="a line\n")
        if request.query.get("watch"):
            return await self._watch(request)
        return self._objects(request, body)

    def _objects(self, request: web.Request, body: Any) -> web.Response:
        path, there = request.path, self.objects.get(request.path)
        if request.method == "PATCH":
            return web.json_response(self.put(path, body if isinstance(body, dict) else {"metadata": {}}))
        if path.rpartition("/")[2] in ("pods", "deployments", "namespaces"):
            return self._list(request)
        if there is None:
            return web.json_response({"kind": "Status", "message": f"{path} not found"}, status=404)
        if request.method == "DELETE":
            self.deleting.set()
            if path not in self.ending:
                del self.objects[path]
            return web.json_response(there)
        return web.json_response(there)

    def _list(self, request: web.Request) -> web.Response:
        found = [one for path, one in sorted(self.objects.items()) if path.startswith(request.path + "/")]
        start = int(request.query.get("continue", "0"))
        page = found[start : start + 2]
        more = str(start + 2) if start + 2 < len(found) else ""
        return web.json_response({"metadata": {"resourceVersion": str(self.version), "continue": more}, "items": page})

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        self.watches.append(request.query["resourceVersion"])
        await self.script(response, len(self.watches))
        return response

    async def _silent(self, response: web.StreamResponse, number: int) -> None:
        await asyncio.Event().wait()


def event(kind: str, obj: Object) -> bytes:
    return json.dumps({"type": kind, "object": obj}).encode() + b"\n"


def pod(name: str, **metadata: Any) -> Object:
    return {"metadata": {"name": name, "namespace": "shop", **metadata}}


def config(folder: Path, url: str, **user: str) -> Path:
    file = folder / "kubeconfig"
    file.write_text(
        json.dumps(
            {
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
                "clusters": [{"name": "c", "cluster": {"server": url}}],
                "users": [{"name": "u", "user": user or {"token": "secret"}}],
            }
        )
    )
    return file


@asynccontextmanager
async def serving() -> AsyncIterator[ApiServer]:
    server = ApiServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
