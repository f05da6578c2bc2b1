"""The objects of one kind in one namespace as they are now, through lost connections and compaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shop import log
from shop.following import NEXT_WATCH, follow_on
from shop.kube import Api, Gone, Resource


class Mirror:
    """Tells `changed` after each change. While the API cannot be reached, what was known last stays."""

    def __init__(self, api: Api, resource: Resource, changed: Callable[[], None]) -> None:
        self._api = api
        self._resource = resource
        self._changed = changed
        self._version: str | None = None
        self._objects: dict[str, dict[str, Any]] = {}
        self.listed = False
        self.problem: str | None = None

    def __str__(self) -> str:
        return str(self._resource)

    def objects(self) -> list[dict[str, Any]]:
        return list(self._objects.values())

    async def run(self) -> None:
        await follow_on(self._follow, self._ended)

    def _ended(self, why: Exception) -> float | None:
        if isinstance(why, Gone):
            self._version = None
            return NEXT_WATCH
        self._trouble(f"{type(why).__name__}: {why}")
        return None

    async def _follow(self) -> None:
        version = self._version or await self._list()
        async for event in self._api.watch(self._resource, version):
            self.problem = None
            if event:
                self._take(event["type"], event["object"])

    async def _list(self) -> str:
        listed = await self._api.list(self._resource)
        self._objects = {item["metadata"]["name"]: item for item in listed.get("items") or []}
        version: str = listed["metadata"]["resourceVersion"]
        self._version, self.listed = version, True
        self._changed()
        return version

    def _take(self, kind: str, item: dict[str, Any]) -> None:
        self._version = item["metadata"]["resourceVersion"]
        if kind == "BOOKMARK":
            return
        name = item["metadata"]["name"]
        if kind == "DELETED":
            self._objects.pop(name, None)
        else:
            self._objects[name] = item
        self._changed()

    def _trouble(self, text: str) -> None:
        if self.problem != text:
            log.line(event="watch lost", resource=str(self._resource), why=text)
        self.problem = text
