"""Acting as the learner: what meshlab solves for a learner counts as the learner's own writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from meshlab.cluster.kube import KubeClient
from meshlab.run import install, managers, trust
from meshlab.run.apply import Hand
from meshlab.run.change import Hands
from meshlab.run.context import Run
from meshlab.run.script import learner_of


@asynccontextmanager
async def solver(run: Run) -> AsyncIterator[Hands]:
    """Whoever applies a lab's solutions: the learner, whose work they are; for somebody's pack the account of submissions."""
    async with as_learner(run) if trust.built_in(run) else trust.as_submission(run) as hands:
        yield hands


@asynccontextmanager
async def as_learner(run: Run) -> AsyncIterator[Hands]:
    """Hands that write with the learner's identity, made or renewed when it is needed."""
    clients: dict[str, KubeClient] = {}

    async def hand(cluster: str) -> Hand:
        cluster = cluster or run.lab.default_cluster
        if cluster not in clients:
            clients[cluster] = KubeClient(await learner_of(run, cluster))
        own = await install.hand(run, cluster)
        return Hand(own.looks, clients[cluster], own.memory, managers.of_learner(await run.info(cluster)))

    try:
        yield hand
    finally:
        for client in clients.values():
            await client.close()
