"""One attempt to converge a lab's objects to a target: remove other objects, apply the target's, wait, compare."""

from __future__ import annotations

import asyncio

from meshlab.cluster.track import Track
from meshlab.errors import EnvironmentFault
from meshlab.lab.address import ObjectRef
from meshlab.objects import change, rollout
from meshlab.objects import inventory as fingerprint
from meshlab.objects.names import WORKLOADS, Object, key_of, ref_of, selects
from meshlab.run import faults
from meshlab.run.accounts import scripts
from meshlab.run.clusters import sweep, usable
from meshlab.run.desired import declared as declared_objects
from meshlab.run.desired import untouched
from meshlab.run.desired.target import Target
from meshlab.run.run import Run

PHASES = ["undo-faults", "remove-strays", "converge", "settle", "compare"]
SETTLE_WITHIN = 60.0


class NotConverged(EnvironmentFault):
    """This attempt ended and the objects still differ from the target."""


class Convergence:
    """Converges one run to the start of one step."""

    def __init__(self, run: Run, step: str, target: Target, track: Track) -> None:
        self._run = run
        self._step = step
        self._target = target
        self._track = track
        self._base = declared_objects.base(run)
        self._first = untouched.kept(run, run.lab.steps[0].id) or {}

    async def go(self) -> None:
        """Converges in place, which is the fastest attempt. Raises NotConverged, PreparationTimeout, ClusterError."""
        with self._track.phase("undo-faults"):
            await faults.undo_all(self._run)
        with self._track.phase("remove-strays"):
            await self.remove_strays()
        with self._track.phase("converge"):
            await self.put()
        with self._track.phase("settle"):
            await self.settle()
        with self._track.phase("compare"):
            await self.compare()
        self._track.learn()

    async def from_nothing(self) -> None:
        """Deletes the lab's namespaces with all objects in them, then converges."""
        with self._track.phase("remove-strays"):
            await self._empty()
        await self.go()

    async def strays(self) -> dict[str, dict[str, Object]]:
        """Lists, by cluster and name, the objects that neither the target nor the untouched lab has."""
        start = declared_objects.start(self._run)
        found = {}
        for cluster, declared in self._target.objects.items():
            present = await fingerprint.objects(await self._run.kube(cluster), await self._scope(cluster))
            # Keep what the cluster added by itself. The target decides about what the lab's start declares.
            ended = {fingerprint.name_of(key_of(obj)) for obj in start[cluster]}
            kept = (set(self._first[cluster].objects) - ended if cluster in self._first else set()) | self._cluster_had(cluster)
            own = {key_of(obj) for obj in (*declared.values(), *self._base[cluster])}
            others = [obj for obj in present if key_of(obj) not in own and fingerprint.name_of(key_of(obj)) not in kept]
            found[cluster] = {str(key_of(obj)): obj for obj in others}
        return found

    def _cluster_had(self, cluster: str) -> set[str]:
        """Names the objects that the cluster had before any lab."""
        inventory = sweep.remembered(self._run.folder_of(cluster))
        return set(inventory.objects) if inventory is not None else set()

    async def remove_strays(self) -> None:
        """Removes strays and their pods without a grace period, because nobody needs their graceful end."""
        for cluster, strays in (await self.strays()).items():
            kube = await self._run.kube(cluster)
            ordered = sorted(strays.values(), key=lambda obj: obj["kind"] not in sweep.FIRST)
            await asyncio.gather(*(kube.delete(ref_of(obj), grace=_grace(obj)) for obj in ordered))
            for obj in ordered:
                await self._end_pods(cluster, obj)
            await sweep.wait_until_gone(kube, [ref_of(obj) for obj in ordered])
            if (await self._run.info(cluster)).traits.owns_nodes and cluster in self._first:
                await sweep.restore_nodes(kube, self._first[cluster])

    async def _end_pods(self, cluster: str, obj: Object) -> None:
        if obj["kind"] not in WORKLOADS:
            return
        kube = await self._run.kube(cluster)
        wanted = (obj["spec"].get("selector") or {}).get("matchLabels")
        for pod in await kube.list(ObjectRef(namespace=obj["metadata"]["namespace"], kind="Pod")):
            if selects(wanted, pod):
                await kube.delete(ref_of(pod), grace=0)

    async def put(self) -> None:
        """Applies the target's objects, then the patches that need the live object, then the scripts."""
        await declared_objects.put(self._run, self._base)
        await declared_objects.put(self._run, self._target.all())
        for patch in self._target.patches:
            ref = change.placed(self._run.lab, patch.target)
            await (await self._run.kube(ref.cluster)).patch(ref, patch.patch, kind=patch.type)
        for script in self._target.scripts:
            await scripts.trusted(self._run)(script)

    async def settle(self) -> None:
        """Waits for workloads, endpoints and the shop. Raises PreparationTimeout."""
        kubes = [await self._run.kube(cluster) for cluster in self._target.objects]
        await asyncio.gather(*(rollout.settled(kube, self._run.lab.all_namespaces, SETTLE_WITHIN) for kube in kubes))
        await usable.shop(self._run)

    async def compare(self) -> None:
        """Raises NotConverged naming what differs from the untouched start of the step; where that is unknown, the strays."""
        before = untouched.kept(self._run, self._step)
        if before is not None:
            left = untouched.differences(before, await untouched.take(self._run))
        else:
            left = [f"+ {name}" for some in (await self.strays()).values() for name in some]
        if left:
            raise NotConverged("reset.differs", step=self._step, objects=", ".join(left[:8]))

    async def _empty(self) -> None:
        for cluster in self._target.objects:
            kube, folder = await self._run.kube(cluster), self._run.folder_of(cluster)
            if (await self._run.info(cluster)).traits.owns_nodes:
                refs = [ObjectRef(kind="Namespace", name=name) for name in self._run.lab.all_namespaces]
                await asyncio.gather(*(kube.delete(ref) for ref in refs))
                pods = [pod for ref in refs for pod in await kube.list(ObjectRef(kind="Pod", namespace=ref.name))]
                await asyncio.gather(*(kube.delete(ref_of(pod), grace=0) for pod in pods))
                await sweep.wait_until_gone(kube, refs)
            else:
                await sweep.remove_added(kube, folder, self._run.lab.all_namespaces)

    async def _scope(self, cluster: str) -> fingerprint.Scope:
        """Leaves out objects without a namespace where nothing tells the cluster's own from the lab's."""
        whole = (await self._run.info(cluster)).traits.owns_nodes and bool(self._cluster_had(cluster))
        return untouched.scope(self._run, cluster, whole=whole)


def _grace(obj: Object) -> int | None:
    return 0 if obj["kind"] == "Pod" else None
