"""The recorder: who wrote which object when, also while meshlab is closed."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from shop import journal
from shop.admin import BadRequest, answer
from shop.journal import Journal
from shop.kube import Api, Resource
from shop.settings import Settings
from shop.state import State
from shop.watcher import Watcher
from shop.writes import author

# A watch that the server ended stands again within a moment; a question waits that long.
RECONNECT = 3.0


class Recorder:
    def __init__(self, settings: Settings, api: Api) -> None:
        self._api = api
        self._folder = settings.data / "writes"
        self._journal = Journal(self._folder)
        self._seen = {_identity(record) for record in journal.read(self._folder)[-1000:]}
        states = settings.data / "watches"
        states.mkdir(parents=True, exist_ok=True)
        self._watchers = [
            self._watcher(Resource.parse(text, namespace), states)
            for namespace in settings.namespaces or (None,)
            for text in settings.record
        ]
        self._tasks: list[asyncio.Task[None]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/writes", self._writes)]

    async def start(self, state: State) -> None:
        state.waiting_for = "the first list of every kind"
        self._tasks = [asyncio.create_task(watcher.run()) for watcher in self._watchers]
        self._tasks.append(asyncio.create_task(self._until_ready(state)))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._api.close()
        self._journal.close()

    def _watcher(self, resource: Resource, states: Path) -> Watcher:
        name = f"{resource.namespace or ''}_{resource.api_version}_{resource.plural}".replace("/", "_")

        def record(verb: str, item: dict[str, Any], before: dict[str, str]) -> None:
            self._keep(verb, item, before, watcher)

        watcher = Watcher(self._api, resource, states / f"{name}.json", record)
        return watcher

    def _keep(self, verb: str, item: dict[str, Any], before: dict[str, str], watcher: Watcher) -> None:
        meta = item["metadata"]
        manager, t = author(verb, item, before, time.time())
        fields = {
            "t": round(t, 3),
            "verb": verb,
            "apiVersion": watcher.resource.api_version,
            "kind": watcher.kind,
            "namespace": meta.get("namespace", ""),
            "name": meta["name"],
            "resourceVersion": meta.get("resourceVersion"),
            "uid": meta.get("uid"),
            "manager": manager,
        }
        # Killed between journal and state, a restart is told of the same write again.
        if fields["resourceVersion"] is not None and _identity(fields) in self._seen:
            return
        self._journal.append((self._journal.last or 0) + 1, **fields)

    async def _until_ready(self, state: State) -> None:
        await self._all_live()
        state.waiting_for = None

    async def _writes(self, request: web.Request) -> web.Response:
        try:
            since = float(request.query.get("since", "0"))
        except ValueError:
            raise BadRequest("since must be Unix seconds") from None
        try:
            async with asyncio.timeout(RECONNECT):
                await self._all_live()
        except TimeoutError:
            pass
        found = await asyncio.to_thread(journal.read, self._folder, 0, None, since)
        return answer(
            {
                "writes": found,
                "complete": self._live() and all(_covers(watcher, since) for watcher in self._watchers),
                "watching": [_describe(watcher) for watcher in self._watchers],
            }
        )

    async def _all_live(self) -> None:
        await asyncio.gather(*(watcher.live.wait() for watcher in self._watchers))

    def _live(self) -> bool:
        return all(watcher.live.is_set() for watcher in self._watchers)


def _covers(watcher: Watcher, since: float) -> bool:
    began = watcher.began
    return began is not None and began <= since and all(end < since for _, end in watcher.gaps)


def _describe(watcher: Watcher) -> dict[str, Any]:
    return {
        "resource": f"{watcher.resource.api_version}/{watcher.resource.plural}",
        "namespace": watcher.resource.namespace,
        "live": watcher.live.is_set(),
        "began": watcher.began,
        "gaps": watcher.gaps,
        "problem": watcher.problem,
    }


def _identity(record: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(record[name] for name in ("verb", "apiVersion", "kind", "namespace", "name", "resourceVersion"))
