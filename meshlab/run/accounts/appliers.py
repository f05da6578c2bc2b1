"""Acting as the learner: what meshlab solves for a learner counts as the learner's own writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from meshlab.cluster.kube.client import KubeClient
from meshlab.objects import ownership
from meshlab.objects.apply import FILE, Hand, Memory
from meshlab.objects.change import Hands
from meshlab.run.accounts import submission
from meshlab.run.accounts.scripts import learner_of
from meshlab.run.run import Run


@asynccontextmanager
async def solver(run: Run) -> AsyncIterator[Hands]:
    """Whoever applies a lab's solutions: the learner, whose work they are; for somebody's pack the account of submissions."""
    async with as_learner(run) if submission.built_in(run) else submission.as_submission(run) as hands:
        yield hands


@asynccontextmanager
async def as_learner(run: Run) -> AsyncIterator[Hands]:
    """Hands that write with the learner's identity, made or renewed when it is needed."""
    clients: dict[str, KubeClient] = {}

    async def hand(cluster: str) -> Hand:
        cluster = cluster or run.lab.default_cluster
        if cluster not in clients:
            # Who asks at the same time may have been first: a client that is overwritten would be closed by nobody.
            clients.setdefault(cluster, KubeClient(await learner_of(run, cluster)))
        usual = await own(run, cluster)
        return Hand(usual.looks, clients[cluster], usual.memory, ownership.of_learner(await run.info(cluster)))

    try:
        yield hand
    finally:
        for client in clients.values():
            await client.close()


async def own(run: Run, cluster: str) -> Hand:
    """meshlab's own, which remembers what it applied."""
    return Hand.of(await run.kube(cluster), Memory(run.folder_of(cluster) / FILE))


@asynccontextmanager
async def hands(run: Run) -> AsyncIterator[Hands]:
    """Whoever puts a lab's objects there: meshlab for a lab that came with it, else the account of submissions."""
    if not submission.built_in(run):
        async with submission.as_submission(run) as theirs:
            yield theirs
        return

    async def hand(cluster: str) -> Hand:
        return await own(run, cluster or run.lab.default_cluster)

    yield hand
