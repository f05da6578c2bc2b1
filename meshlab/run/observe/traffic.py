"""Counts traffic: the requests that the pods of the graph's services have received by their own counters."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from meshlab.check.world import Position
from meshlab.errors import ClusterError
from meshlab.lab.model import Lab
from meshlab.run.api import Received, Traffic

if TYPE_CHECKING:
    from meshlab.run.live import LiveWorld
    from meshlab.run.run import Run


async def traffic(run: Run, pods: list[dict[str, Any]]) -> Traffic:
    """Reads the counters of these pods (from `pods.pods`).

    A pod that does not answer is left out, because 0 would be wrong.
    """
    world = await run.world()
    asked = [_count(world, *one) for one in countable(run.lab, pods)]
    found = await asyncio.gather(*asked)
    return Traffic(t=world.now(), pods=tuple(one for one in found if one is not None))


def countable(lab: Lab, pods: list[dict[str, Any]]) -> Iterator[tuple[Position, str]]:
    """Yields (position, version) of each running pod of the graph's services; proxies have no such counters."""
    proxies = [proxy.select for proxy in lab.proxies.values()]
    for service in dict.fromkeys(name for source, targets in lab.graph.items() for name in (source, *targets)):
        place = lab.services.get(service)
        if place is None or not place.select or place.probe or place.select in proxies:
            continue
        for pod in pods:
            labels = pod["labels"]
            if place.select.items() <= labels.items() and pod["phase"] == "Running":
                position = Position(service, pod["name"], namespace=pod["namespace"], cluster=place.cluster)
                yield position, labels.get("version", "")


async def _count(world: LiveWorld, position: Position, version: str) -> Received | None:
    try:
        received, failed = await world.received(position)
    except ClusterError:
        return None
    return Received(service=position.service, pod=position.pod, version=version, received=received, failed=failed)
