"""Changes of objects that checks look at, from watches of the API servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from meshlab.check.relevance import relevant
from meshlab.errors import MeshlabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab

if TYPE_CHECKING:
    from meshlab.run.context import Run

AGAIN = 5.0
"""Seconds until a watch that could not begin is tried again: the cluster is paused, or has no such kind (yet)."""


class Place(Struct, frozen=True):
    """What one watch looks at."""

    cluster: str
    namespace: str
    api_version: str
    kind: str


def wanted(lab: Lab, checks: Iterable[Check]) -> dict[Place, list[str]]:
    """Every watch that is needed, with the checks to look at again when it tells something."""
    found: dict[Place, list[str]] = {}
    for check in checks:
        for api_version, kind in sorted(relevant(check, lab)):
            for cluster in lab.clusters:
                for namespace in lab.namespaces or (lab.namespace,):
                    found.setdefault(Place(cluster, namespace, api_version, kind), []).append(check.id)
    return found


async def follow(run: Run, place: Place) -> AsyncGenerator[None, None]:
    """An item for each change, for ever."""
    ref = ObjectRef(namespace=place.namespace, api_version=place.api_version, kind=place.kind)
    while True:
        try:
            kube = await run.kube(place.cluster)
            source = cast("AsyncGenerator[tuple[str, object], None]", kube.watch(ref))
            async with aclosing(source) as stream:
                async for _ in _after_sync(stream):
                    yield
        except MeshlabError:
            await asyncio.sleep(AGAIN)


async def _after_sync(stream: AsyncGenerator[tuple[str, object], None]) -> AsyncGenerator[None, None]:
    """What was there already is no change."""
    synced = False
    async for kind, _ in stream:
        if synced:
            yield
        synced = synced or kind == "SYNC"
