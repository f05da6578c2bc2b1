"""Who applies a lab's objects: meshlab, the learner (whose own writes a solution's are), or the account of submissions."""

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
    """Whoever applies a lab's solutions: the learner, whose work they are; for somebody's pack the account of submissions."""
    async with as_learner(run) if submission.built_in(run) else as_submission(run) as appliers:
        yield appliers


@asynccontextmanager
async def of_lab(run: Run) -> AsyncIterator[Appliers]:
    """Whoever puts a lab's objects there: meshlab for a lab that came with it, else the account of submissions."""
    if not submission.built_in(run):
        async with as_submission(run) as appliers:
            yield appliers
        return

    async def applier(cluster: str) -> Applier:
        return await own(run, cluster or run.lab.default_cluster)

    yield applier


async def own(run: Run, cluster: str) -> Applier:
    """meshlab itself, which remembers what it applied."""
    return Applier.of(await run.kube(cluster), LastApplied(run.folder_of(cluster) / FILE))


@asynccontextmanager
async def as_learner(run: Run) -> AsyncIterator[Appliers]:
    """The learner, whose identity is made or renewed when it is needed; meshlab's own client reads."""
    async with _acting_as(run, learner_of, KubeClient) as client:

        async def applier(cluster: str) -> Applier:
            usual = await own(run, cluster or run.lab.default_cluster)
            manager = ownership.of_learner(await run.info(cluster))
            return Applier(usual.reader, await client(cluster), usual.last_applied, manager)

        yield applier


@asynccontextmanager
async def as_submission(run: Run) -> AsyncIterator[Appliers]:
    """The account of submissions. What it may not do is a RefusedError with the policy's sentence; nonsense is a LabError."""
    async with _acting_as(run, submission.account, lambda file: SubmissionKube(KubeClient(file))) as client:

        async def applier(cluster: str) -> Applier:
            return Applier.of(await client(cluster), manager=ownership.of_learner(await run.info(cluster)))

        yield applier


@asynccontextmanager
async def _acting_as(
    run: Run, account: Account, connect: Callable[[Path], Kube]
) -> AsyncIterator[Callable[[str], Awaitable[Kube]]]:
    """Clients with an account's kubeconfig, by cluster; made when they are needed, closed at the end."""
    clients: dict[str, Kube] = {}

    async def client(cluster: str) -> Kube:
        cluster = cluster or run.lab.default_cluster
        if cluster not in clients:
            file = await account(run, cluster)
            # Who asks at the same time may have been first: a client that is overwritten would be closed by nobody.
            if cluster not in clients:
                clients[cluster] = connect(file)
        return clients[cluster]

    try:
        yield client
    finally:
        for one in clients.values():
            await one.close()
