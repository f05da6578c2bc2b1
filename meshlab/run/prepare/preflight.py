"""Asks a cluster that is not meshlab's, by dry runs, whether it would accept the lab's objects, before any is applied."""

from __future__ import annotations

import asyncio

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError, EnvironmentFault
from meshlab.lab.address import describe
from meshlab.lab.files.cluster_scoped import namespaced
from meshlab.objects.names import Object, ref_of
from meshlab.run.accounts import learner
from meshlab.run.desired import declared
from meshlab.run.run import Run
from meshlab.run.system import parts as system
from meshlab.words import Words

AT_ONCE = 8


async def check(run: Run, cluster: str) -> None:
    """Raises EnvironmentFault for the first object that the context's user may not create, with the API server's message."""
    kube = await run.kube(cluster)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(obj: Object) -> Words | None:
        async with slots:
            return await _refusal(kube, obj)

    some = await _wanted(run, cluster)
    for obj, refusal in zip(some, await asyncio.gather(*(one(obj) for obj in some)), strict=True):
        if refusal:
            raise EnvironmentFault("lab.not-allowed", object=describe(ref_of(obj)), why=refusal)


async def _wanted(run: Run, cluster: str) -> list[Object]:
    """Lists what a dry run can test: of meshlab's parts, the learner's account, the lab's base and start."""
    info = await run.info(cluster)
    parts = system.objects(run.lab, cluster, run.values["image_shop"], info.traits)
    every = [*parts, *learner.objects(run.lab, info), *declared.base(run)[cluster], *declared.start(run)[cluster]]
    roles = {one["metadata"]["name"] for one in every if one["kind"] in ("Role", "ClusterRole")}
    return [one for one in every if _askable(one, roles, whole=info.capabilities.scope == "cluster")]


def _askable(obj: Object, roles: set[str], *, whole: bool) -> bool:
    """A dry run creates nothing, so it cannot test an object that needs another: a namespace, a definition, a role."""
    if whole or not namespaced(obj["apiVersion"], obj["kind"]):
        return False
    return bool(obj["kind"] != "RoleBinding" or obj["roleRef"]["name"] not in roles)


async def _refusal(kube: Kube, obj: Object) -> Words | None:
    try:
        await kube.apply(obj, dry=True)
    except ClusterError as error:
        if error.status in (0, 401) or error.status >= 500:
            raise
        # It conflicts with an existing object, which the preparation removes first.
        return None if error.status in (409, 422) else error.words
    return None
