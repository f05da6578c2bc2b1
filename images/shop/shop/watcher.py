"""Follows one kind of object in one namespace, through lost connections, compaction and restarts."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shop import log
from shop.following import NEXT_WATCH, follow_on
from shop.journal import write_whole
from shop.kube import Api, Gone, Missing, Resource
from shop.writes import mark, times

ABSENT_PAUSE = 1.0
MAX_GAPS = 50
_VERBS = {"ADDED": "create", "MODIFIED": "update", "DELETED": "delete"}

# Verb, object, and when each of its managers had written before.
Record = Callable[[str, dict[str, Any], dict[str, str]], None]


class Watcher:
    """Gives each write to `record`. What it knows is on disk, so a restart goes on where it was.

    began: writes before are unknown. gaps: spans in which writes may have been lost, though what they came to is known.
    """

    def __init__(self, api: Api, resource: Resource, state: Path, record: Record) -> None:
        self._api = api
        self.resource = resource
        self._path = state
        self._record = record
        self.kind = ""
        self.live = asyncio.Event()
        self.problem: str | None = None
        self.began: float | None = None
        self.gaps: list[tuple[float, float]] = []
        self._version: str | None = None
        self._marks: dict[str, str] = {}
        self._times: dict[str, dict[str, str]] = {}
        self._seen = 0.0
        self._load()

    async def run(self) -> None:
        await follow_on(self._follow, self._ended)

    def _ended(self, why: Exception) -> float | None:
        if isinstance(why, Gone):
            self._version = None
            return NEXT_WATCH
        if isinstance(why, Missing):
            self._absent()
            return ABSENT_PAUSE
        self._trouble(f"{type(why).__name__}: {why}")
        return None

    async def _follow(self) -> None:
        if self._version is None:
            await self._list()
        assert self._version is not None
        try:
            async for event in self._api.watch(self.resource, self._version):
                self.live.set()
                self.problem = None
                if event:
                    self._take(event["type"], event["object"])
        finally:
            self.live.clear()

    async def _list(self) -> None:
        listed = await self._api.list(self.resource)
        self.kind = listed["kind"].removesuffix("List")
        items = {_key(item): item for item in listed.get("items") or []}
        if self.began is not None:
            self._compare(items)
        self._marks = {key: mark(item) for key, item in items.items()}
        self._times = {key: times(item) for key, item in items.items()}
        self._version = listed["metadata"]["resourceVersion"]
        self.began = self.began or time.time()
        self._save()

    def _compare(self, items: dict[str, dict[str, Any]]) -> None:
        """After a gap: what became of it is recorded, and that something may be missing."""
        if items or self._marks:
            self.gaps = [*self.gaps, (self._seen, time.time())][-MAX_GAPS:]
        for key, item in items.items():
            if key not in self._marks:
                self._record("create", item, {})
            elif self._marks[key] != mark(item):
                self._record("update", item, self._times.get(key, {}))
        for key in self._marks.keys() - items.keys():
            self._record("delete", {"metadata": dict(zip(("namespace", "name"), key.split("/", 1), strict=True))}, {})

    def _take(self, kind: str, item: dict[str, Any]) -> None:
        if kind != "BOOKMARK":
            self.kind = self.kind or item.get("kind", "")
            self._change(kind, item)
        self._version = item["metadata"]["resourceVersion"]
        self._save()

    def _change(self, kind: str, item: dict[str, Any]) -> None:
        key, new = _key(item), mark(item)
        known, before = self._marks.pop(key, None), self._times.pop(key, {})
        if kind != "DELETED":
            self._marks[key], self._times[key] = new, times(item)
        if kind == "DELETED" or known != new:
            self._record(_VERBS[kind], item, before)

    def _absent(self) -> None:
        """A kind that the cluster does not know has no objects: all that appear later are new."""
        self.began = self.began or time.time()
        self._seen = time.time()
        self._version, self._marks, self._times = None, {}, {}
        self.live.set()
        self.problem = "the cluster does not know this kind"

    def _trouble(self, text: str) -> None:
        self.live.clear()
        if self.problem != text:
            log.line(event="watch lost", resource=str(self.resource), why=text)
        self.problem = text

    def _save(self) -> None:
        self._seen = time.time()
        state = {
            "kind": self.kind,
            "version": self._version,
            "marks": self._marks,
            "times": self._times,
            "began": self.began,
            "gaps": self.gaps,
            "seen": self._seen,
        }
        write_whole(self._path, json.dumps(state))

    def _load(self) -> None:
        try:
            state = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return
        self.kind, self._version, self._marks = state["kind"], state["version"], state["marks"]
        self._times = state["times"]
        self.began, self._seen = state["began"], state["seen"]
        self.gaps = [(low, high) for low, high in state["gaps"]]


def _key(item: dict[str, Any]) -> str:
    return f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}"
