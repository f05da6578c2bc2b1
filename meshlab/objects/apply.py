"""Applies declared objects to a cluster, in order. Objects that already are as declared are not written again."""

from __future__ import annotations

import asyncio
import copy
import hashlib
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from meshlab import files
from meshlab.cluster.api import Kube
from meshlab.cluster.poll import until
from meshlab.errors import ClusterError, EnvironmentFault
from meshlab.lab.address import ObjectRef, describe
from meshlab.objects import ownership
from meshlab.objects.names import Object, key_of, rank, ref_of, terminating
from meshlab.objects.normal_form import normal
from meshlab.objects.ownership import OURS
from meshlab.words import Words

FILE = "applied.json"


class LastApplied:
    """Remembers what was applied last to one cluster, as hashes in one file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)

    def same(self, declared: Object, live: Object) -> bool:
        """Whether the live object is unchanged since this declaration was applied to it."""
        return self._known.get(str(key_of(declared))) == [_hash(declared), _hash(_whole(live))]

    def learn(self, declared: Object, after: Object) -> None:
        """Remember the object as it is after the declaration was applied."""
        self._known[str(key_of(declared))] = [_hash(declared), _hash(_whole(after))]

    def save(self) -> None:
        """Write the file."""
        files.write(self._file, msgspec.json.encode(self._known))


def _whole(obj: Object) -> Any:
    """The normal form with the uid: an object that was deleted and created again is a different one."""
    return [obj["metadata"].get("uid"), normal(obj, declared=obj)]


def _hash(thing: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(thing, order="sorted")).hexdigest()[:24]


def _read(file: Path) -> dict[str, list[str]]:
    try:
        return msgspec.json.decode(files.read(file) or b"{}", type=dict[str, list[str]])
    except (msgspec.DecodeError, EnvironmentFault):
        return {}


AT_ONCE = 8
UNCHANGEABLE = 422
"""Status with which the API server refuses a change of an immutable field."""
NEW_KIND = 15.0
"""Seconds until the API serves a kind whose definition was just applied."""


class Applied(Struct, frozen=True):
    """One object after it was applied."""

    ref: ObjectRef
    changed: bool


class Applier(Struct, frozen=True):
    """An account that applies objects: `reader` reads and puts managed fields in order, `writer` makes the declared writes."""

    reader: Kube
    writer: Kube
    last_applied: LastApplied | None = None
    manager: str = OURS
    """The field manager of the writes."""

    @classmethod
    def of(cls, kube: Kube, last_applied: LastApplied | None = None, manager: str = OURS) -> Applier:
        """One client for both."""
        return cls(kube, kube, last_applied, manager)


async def objects(applier: Applier, declared: Iterable[Object], *, replace: bool = False) -> list[Applied]:
    """Apply manifests, dependencies first; each manifest is the whole declaration of its object.

    What a person added to such an object is removed. replace: an object that cannot become what is declared is deleted
    and made anew. ClusterError.
    """
    applied: list[Applied] = []
    for _, of_rank in groupby(sorted(declared, key=rank), rank):
        batch = list(of_rank)
        slots = asyncio.Semaphore(AT_ONCE)
        applied += await asyncio.gather(*(_one(applier, obj, slots, replace) for obj in batch))
        await _served(applier.reader, batch)
    if applier.last_applied is not None and any(one.changed for one in applied):
        applier.last_applied.save()
    return applied


async def _one(applier: Applier, obj: Object, slots: asyncio.Semaphore, replace: bool) -> Applied:
    async with slots:
        ref = ref_of(obj)
        live = await applier.reader.get(ref)
        if live is not None and terminating(live):
            await _until_gone(applier.reader, ref)
            live = None
        if live is not None and applier.last_applied is not None and applier.last_applied.same(obj, live):
            return Applied(ref, changed=False)
        version = live["metadata"]["resourceVersion"] if live else ""
        if live is not None:
            await ownership.adopt(applier.reader, live, applier.manager)
        try:
            after = await _apply(applier, obj)
        except ClusterError as error:
            if not (replace and live is not None and error.status == UNCHANGEABLE):
                raise
            await applier.writer.delete(ref, grace=0 if obj["kind"] == "Pod" else None, wait=True)
            after = await _apply(applier, obj)
        if applier.last_applied is not None:
            applier.last_applied.learn(obj, after)
        return Applied(ref, after["metadata"]["resourceVersion"] != version)


async def _apply(applier: Applier, obj: Object) -> Object:
    """Apply the object, and wait up to NEW_KIND for a kind that has just been defined."""
    applied: list[Object] = []

    async def pending() -> Words | None:
        try:
            applied.append(await applier.writer.apply(copy.deepcopy(obj), manager=applier.manager))
        except ClusterError as error:
            if error.status != 404 or "/" not in obj["apiVersion"]:
                raise
            return error.words
        return None

    await until(pending, NEW_KIND, what=Words("waits.applying", {"object": describe(ref_of(obj))}))
    return applied[0]


async def _until_gone(kube: Kube, ref: ObjectRef) -> None:
    async def pending() -> Words | None:
        live = await kube.get(ref)
        return Words("waits.being-deleted") if live is not None and terminating(live) else None

    await until(pending, 60, what=Words("waits.making-again", {"object": describe(ref)}))


async def _served(kube: Kube, batch: Iterable[Object]) -> None:
    """Wait until custom resource definitions are established: objects of their kinds come next."""
    for ref in [ref_of(obj) for obj in batch if obj["kind"] == "CustomResourceDefinition"]:

        async def pending(ref: ObjectRef = ref) -> Words | None:
            conditions = ((await kube.get(ref) or {}).get("status") or {}).get("conditions") or []
            done = any(one["type"] == "Established" and one["status"] == "True" for one in conditions)
            return None if done else Words("waits.not-established")

        await until(pending, NEW_KIND, what=Words("waits.defining", {"name": ref.name}))
