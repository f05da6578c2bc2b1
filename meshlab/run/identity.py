"""Acting as the learner: what meshlab solves for a learner counts as the learner's own writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from meshlab.cluster.kube import KubeClient
from meshlab.run import install, learner
from meshlab.run.apply import Hand
from meshlab.run.change import Hands
from meshlab.run.context import Run
from meshlab.run.system import spaces


@asynccontextmanager
async def as_learner(run: Run) -> AsyncIterator[Hands]:
    """Hands that write with the learner's identity, made or renewed when it is needed."""
    clients: dict[str, KubeClient] = {}

    async def hand(cluster: str) -> Hand:
        cluster = cluster or run.lab.default_cluster
        if cluster not in clients:
            file = run.folder_of(cluster) / learner.FILE
            if learner.expires_soon(file):
                info = await run.info(cluster)
                await learner.ensure(await run.kube(cluster), info, run.folder_of(cluster), spaces(run.lab))
            clients[cluster] = KubeClient(file)
        own = await install.hand(run, cluster)
        return Hand(own.looks, clients[cluster], own.memory)

    try:
        yield hand
    finally:
        for client in clients.values():
            await client.close()


@asynccontextmanager
async def as_meshlab(run: Run) -> AsyncIterator[Hands]:
    """Hands that write as meshlab: what a reset does is nobody's work."""

    async def hand(cluster: str) -> Hand:
        return await install.hand(run, cluster or run.lab.default_cluster)

    yield hand
