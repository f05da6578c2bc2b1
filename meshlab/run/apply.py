"""Declared objects onto a cluster: in order, all of each object, nothing that is there already written again."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterable
from itertools import groupby

from msgspec import Struct

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.run import adopt
from meshlab.run.objects import Object, describe, rank, ref_of, terminating
from meshlab.run.poll import until

AT_ONCE = 8
NEW_KIND = 15.0
"""Seconds until the API serves a kind whose definition was just applied."""


class Applied(Struct, frozen=True):
    """One object after it was applied."""

    ref: ObjectRef
    changed: bool


async def objects(kube: Kube, declared: Iterable[Object]) -> list[Applied]:
    """Apply manifests in the order of what needs what; each is the whole declaration of its object.

    What a person added to such an object is removed. ClusterError.
    """
    applied: list[Applied] = []
    for _, some in groupby(sorted(declared, key=rank), rank):
        batch = list(some)
        slots = asyncio.Semaphore(AT_ONCE)
        applied += await asyncio.gather(*(_one(kube, obj, slots) for obj in batch))
        await _served(kube, batch)
    return applied


async def _one(kube: Kube, obj: Object, slots: asyncio.Semaphore) -> Applied:
    async with slots:
        ref = ref_of(obj)
        live = await kube.get(ref)
        if live is not None and terminating(live):
            await _until_gone(kube, ref)
            live = None
        version = live["metadata"]["resourceVersion"] if live else ""
        if live is not None:
            await adopt.adopt(kube, live)
        after = await _apply(kube, obj)
        return Applied(ref, after["metadata"]["resourceVersion"] != version)


async def _apply(kube: Kube, obj: Object) -> Object:
    """With some patience for a kind that is just being defined."""
    found: list[Object] = []
    problem: list[ClusterError] = []

    async def pending() -> str:
        try:
            found.append(await kube.apply(copy.deepcopy(obj)))
        except ClusterError as error:
            if error.status != 404 or "/" not in obj["apiVersion"]:
                raise
            problem[:] = [error]
            return error.message
        return ""

    await until(pending, NEW_KIND, what=f"Applying {describe(ref_of(obj))}")
    return found[0]


async def _until_gone(kube: Kube, ref: ObjectRef) -> None:
    async def pending() -> str:
        live = await kube.get(ref)
        return "it is still being deleted" if live is not None and terminating(live) else ""

    await until(pending, 60, what=f"Making {describe(ref)} anew")


async def _served(kube: Kube, batch: Iterable[Object]) -> None:
    """Definitions must be established before objects of their kinds."""
    for ref in [ref_of(obj) for obj in batch if obj["kind"] == "CustomResourceDefinition"]:

        async def pending(ref: ObjectRef = ref) -> str:
            conditions = ((await kube.get(ref) or {}).get("status") or {}).get("conditions") or []
            done = any(one["type"] == "Established" and one["status"] == "True" for one in conditions)
            return "" if done else "it is not established yet"

        await until(pending, NEW_KIND, what=f"Defining {ref.name}")
