"""The namer: keeps the endpoint files of an Envoy beside it, whether or not anybody looks on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from shop import endpoints, log
from shop.admin import answer
from shop.journal import write_whole
from shop.kube import Api, Resource
from shop.mirror import Mirror
from shop.settings import Settings
from shop.state import State

SLICES = "discovery.k8s.io/v1/endpointslices"
PODS = "v1/pods"


class Namer:
    """Writes a cluster's file after each change that matters to it: whole, and moved into place, which Envoy watches for."""

    def __init__(self, settings: Settings, api: Api, state: State) -> None:
        self._api = api
        self._settings = settings
        self._state = state
        namespace = settings.namespaces[0]
        self._slices = Mirror(api, Resource.parse(SLICES, namespace), self._write)
        self._pods = Mirror(api, Resource.parse(PODS, namespace), self._write)
        self._known: endpoints.Clusters | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/endpoints", self._endpoints)]

    async def start(self) -> None:
        self._state.waiting_for = "the first list of endpoints"
        self._tasks = [asyncio.create_task(one.run()) for one in self._mirrors()]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._api.close()

    def _mirrors(self) -> tuple[Mirror, Mirror]:
        return self._slices, self._pods

    def _write(self) -> None:
        if not all(one.listed for one in self._mirrors()):
            return
        known = endpoints.clusters(self._slices.objects(), self._pods.objects(), self._settings.suffix)
        if known == self._known:
            return
        for name in known.keys() | self._written():
            self._write_one(name, known.get(name, {}))
        self._known = known
        self._state.waiting_for = None
        log.line(event="endpoints written", clusters=known)

    def _written(self) -> set[str]:
        """Clusters that have a file, those of a Service that has gone among them: Envoy must hear that it has no endpoints."""
        return {path.stem for path in self._settings.endpoints.glob("*.json")}

    def _write_one(self, name: str, nodes: dict[str, int]) -> None:
        path = self._settings.endpoints / f"{name}.json"
        text = json.dumps(endpoints.discovery(name, nodes, self._settings.endpoint_port), indent=1)
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)

    async def _endpoints(self, _: web.Request) -> web.Response:
        troubles: dict[str, Any] = {str(one): one.problem for one in self._mirrors() if one.problem}
        return answer({"folder": str(self._settings.endpoints), "clusters": self._known, "troubles": troubles})
