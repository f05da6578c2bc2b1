"""List, then watch, and list again whenever the watch may have missed something: no deletion is ever lost."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from meshlab.cluster.kube.connection import Connection
from meshlab.cluster.kube.discovery import Resource
from meshlab.errors import ClusterError
from meshlab.words import Words

log = logging.getLogger(__name__)

Event = tuple[str, dict[str, Any]]
PAGE = "500"
WINDOW = (240, 300)
"""Seconds after which the server ends a watch by itself; drawn, so that many watches do not relist together."""
PAUSE = (0.2, 10.0)
"""Smallest and largest wait before listing again after an error, in seconds."""


class WatchLost(Exception):
    """The watch ended in a way after which only a new list is true."""


async def listed(
    connection: Connection, resource: Resource, path: str, params: dict[str, str]
) -> tuple[list[dict[str, Any]], str]:
    """All objects, page by page, each with its kind; and the version that they have together."""
    found: list[dict[str, Any]] = []
    more = ""
    while True:
        page = {**params, "limit": PAGE} | ({"continue": more} if more else {})
        answer = await connection.json("GET", path, params=page, what=Words("waits.listing", {"kind": resource.plural}))
        for one in answer.get("items") or []:
            found.append({"apiVersion": resource.api_version, "kind": resource.kind} | one)
        more = answer.get("metadata", {}).get("continue", "")
        if not more:
            return found, answer.get("metadata", {}).get("resourceVersion", "")


class Reflector:
    """Keeps what it has seen, so that after a gap it can say what was added, changed and deleted meanwhile."""

    def __init__(
        self, connection: Connection, need: Callable[[], Awaitable[Resource]], namespace: str, params: dict[str, str]
    ) -> None:
        """need: finds the resource when the watch begins. namespace: "" for all of them."""
        self._connection = connection
        self._need = need
        self._namespace = namespace
        self._params = params
        self._known: dict[str, dict[str, Any]] = {}

    async def events(self) -> AsyncGenerator[Event, None]:
        """ADDED for all that is there, SYNC, then changes for ever. Errors before SYNC are raised, later ones retried.

        ClusterError when the connection was closed.
        """
        resource = await self._need()
        path = resource.path(self._namespace)
        synced, errors = False, 0
        while True:
            try:
                objects, version = await listed(self._connection, resource, path, self._params)
                for event in self._difference(objects):
                    yield event
                if not synced:
                    yield "SYNC", {}
                synced, errors = True, 0
                while True:  # Watches that end in good order go on where they ended.
                    async with self._watch(resource, version) as lines:
                        async for line in lines:
                            kind, obj = _decode(line)
                            version = _version(obj)
                            if kind != "BOOKMARK":
                                yield self._seen(kind, obj)
            except (ClusterError, WatchLost) as error:
                if self._connection.ended:
                    raise self._connection.closed(Words("waits.watching", {"kind": resource.plural})) from error
                if not synced:
                    raise
                errors += isinstance(error, ClusterError)
                log.info("the watch of %s is begun anew: %s", path, error)
            await asyncio.sleep(random.uniform(0.5, 1) * min(PAUSE[1], PAUSE[0] * 2**errors))

    def _difference(self, objects: list[dict[str, Any]]) -> list[Event]:
        now = {_key(one): one for one in objects}
        before, self._known = self._known, now
        events: list[Event] = [("DELETED", one) for key, one in before.items() if key not in now]
        for key, one in now.items():
            if key not in before:
                events.append(("ADDED", one))
            elif _version(one) != _version(before[key]):
                events.append(("MODIFIED", one))
        return events

    @asynccontextmanager
    async def _watch(self, resource: Resource, version: str) -> AsyncIterator[AsyncIterator[str]]:
        """The server's lines about changes from a version on, until it ends them."""
        seconds = random.randint(*WINDOW)
        params = {**self._params, "watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(seconds)}
        params["resourceVersion"] = version
        path, what = resource.path(self._namespace), Words("waits.watching", {"kind": resource.plural})
        async with self._connection.stream(path, params=params, what=what, silence=seconds + 30) as lines:
            yield lines

    def _seen(self, kind: str, obj: dict[str, Any]) -> Event:
        if kind == "DELETED":
            self._known.pop(_key(obj), None)
        else:
            self._known[_key(obj)] = obj
        return kind, obj


def _decode(line: str) -> Event:
    try:
        event = msgspec.json.decode(line)
        kind, obj = event["type"], event["object"]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise WatchLost("a line was cut off") from error
    if kind not in ("ADDED", "MODIFIED", "DELETED", "BOOKMARK"):
        raise WatchLost(f"the server ended it: {obj}")
    return kind, obj


def _key(obj: dict[str, Any]) -> str:
    # By uid: deleted and made again under the same name is a deletion and an addition.
    return str(obj["metadata"].get("uid") or (obj["metadata"].get("namespace"), obj["metadata"]["name"]))


def _version(obj: dict[str, Any]) -> str:
    return str(obj["metadata"].get("resourceVersion", ""))
