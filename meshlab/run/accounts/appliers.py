"""Appliers of a lab's objects: meshlab, the learner (who also applies solutions), or the account of submissions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from meshlab.cluster.api import Kube
from meshlab.cluster.kube.client import KubeClient
from meshlab.objects import ownership
from meshlab.objects.apply import FILE, Applier, LastApplied
from meshlab.objects.change import Appliers
from meshlab.run.accounts import submission
from meshlab.run.accounts.scripts import Account, learner_of
from meshlab.run.accounts.submission import SubmissionKube
from meshlab.run.run import Run


@asynccontextmanager
async def solver(run: Run) -> AsyncIterator[Appliers]:
    """Yields the appliers of a lab's solutions: the learner, or for a pack the account of submissions."""
    async with as_learner(run) if submission.built_in(run) else as_submission(run) as appliers:
        yield appliers


@asynccontextmanager
async def of_lab(run: Run) -> AsyncIterator[Appliers]:
    """Yields the appliers of a lab's own objects: meshlab for a lab that came with it, else the account of submissions."""
    if not submission.built_in(run):
        async with as_submission(run) as appliers:
            yield appliers
        return

    async def applier(cluster: str) -> Applier:
        return await own(run, cluster or run.lab.default_cluster)

    yield applier


async def own(run: Run, cluster: str) -> Applier:
    """Makes the applier of meshlab itself, which records what it applied last."""
    return Applier.of(await run.kube(cluster), LastApplied(run.folder_of(cluster) / FILE))


@asynccontextmanager
async def as_learner(run: Run) -> AsyncIterator[Appliers]:
    """Yields appliers that write as the learner and read with meshlab's own client; renews the learner's token when needed."""
    async with _acting_as(run, learner_of, KubeClient) as client:

        async def applier(cluster: str) -> Applier:
            meshlab = await own(run, cluster or run.lab.default_cluster)
            manager = ownership.of_learner(await run.info(cluster))
            return Applier(meshlab.reader, await client(cluster), meshlab.last_applied, manager)

        yield applier


@asynccontextmanager
async def as_submission(run: Run) -> AsyncIterator[Appliers]:
    """Yields appliers that write as the account of submissions.

    Their writes raise RefusedError, with the policy's message, for what is forbidden, and LabError for invalid objects.
    """
    async with _acting_as(run, submission.account, lambda file: SubmissionKube(KubeClient(file))) as client:

        async def applier(cluster: str) -> Applier:
            return Applier.of(await client(cluster), manager=ownership.of_learner(await run.info(cluster)))

        yield applier


@asynccontextmanager
async def _acting_as(
    run: Run, account: Account, connect: Callable[[Path], Kube]
) -> AsyncIterator[Callable[[str], Awaitable[Kube]]]:
    """Yields a function that returns the account's client of a cluster; clients are closed at the end."""
    clients: dict[str, Kube] = {}

    async def client(cluster: str) -> Kube:
        cluster = cluster or run.lab.default_cluster
        if cluster not in clients:
            file = await account(run, cluster)
            # Another task may have made the client meanwhile: overwriting it would leave it open.
            if cluster not in clients:
                clients[cluster] = connect(file)
        return clients[cluster]

    try:
        yield client
    finally:
        for kube in clients.values():
            await kube.close()
