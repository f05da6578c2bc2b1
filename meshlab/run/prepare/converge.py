"""One attempt to bring a lab's objects back to a target: remove what is not of it, apply what is, wait, compare."""

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
from meshlab.run.desired import declared as install
from meshlab.run.desired import untouched
from meshlab.run.desired.target import Target
from meshlab.run.run import Run

PHASES = ["undo-faults", "remove-strays", "converge", "settle", "compare"]
SETTLE_WITHIN = 60.0


class NotConverged(EnvironmentFault):
    """The objects are not what they should be, whatever was tried on this rung."""


class Convergence:
    """Of one run to one step."""

    def __init__(self, run: Run, step: str, target: Target, track: Track) -> None:
        self._run = run
        self._step = step
        self._target = target
        self._track = track
        self._base = install.base(run)
        self._first = untouched.kept(run, run.lab.steps[0].id) or {}

    async def go(self) -> None:
        """The fast way."""
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
        """The namespaces are made anew, with all that is in them."""
        with self._track.phase("remove-strays"):
            await self._empty()
        await self.go()

    async def strays(self) -> dict[str, dict[str, Object]]:
        """Objects by name on each cluster that neither the target nor the untouched lab has."""
        start = install.start(self._run)
        found = {}
        for cluster, declared in self._target.objects.items():
            some = await fingerprint.objects(await self._run.kube(cluster), await self._scope(cluster))
            # What the lab's start declares is wanted as far as the target says so; the rest of it came by itself.
            ended = {fingerprint.name_of(key_of(obj)) for obj in start[cluster]}
            kept = (set(self._first[cluster].objects) - ended if cluster in self._first else set()) | self._cluster_had(cluster)
            own = {key_of(obj) for obj in (*declared.values(), *self._base[cluster])}
            others = [obj for obj in some if key_of(obj) not in own and fingerprint.name_of(key_of(obj)) not in kept]
            found[cluster] = {str(key_of(obj)): obj for obj in others}
        return found

    def _cluster_had(self, cluster: str) -> set[str]:
        """Names of what was there before any lab."""
        inventory = sweep.remembered(self._run.folder_of(cluster))
        return set(inventory.objects) if inventory is not None else set()

    async def remove_strays(self) -> None:
        """With their pods at once, so that nobody waits for a farewell."""
        for cluster, some in (await self.strays()).items():
            kube = await self._run.kube(cluster)
            ordered = sorted(some.values(), key=lambda obj: obj["kind"] not in sweep.FIRST)
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
        """The target, and what of it only shows on live objects."""
        await install.put(self._run, self._base)
        await install.put(self._run, self._target.all())
        for patch in self._target.patches:
            ref = change.placed(self._run.lab, patch.target)
            await (await self._run.kube(ref.cluster)).patch(ref, patch.patch, kind=patch.type)
        for one in self._target.scripts:
            await scripts.trusted(self._run)(one)

    async def settle(self) -> None:
        """Workloads, endpoints, and the shop as a whole."""
        kubes = [await self._run.kube(cluster) for cluster in self._target.objects]
        await asyncio.gather(*(rollout.settled(kube, self._run.lab.all_namespaces, SETTLE_WITHIN) for kube in kubes))
        await usable.shop(self._run)

    async def compare(self) -> None:
        """NotConverged names what differs from the untouched start of the step, where that is known, else strays."""
        before = untouched.kept(self._run, self._step)
        if before is not None:
            left = untouched.differences(before, await untouched.take(self._run))
        else:
            left = [f"+ {name}" for some in (await self.strays()).values() for name in some]
        if left:
            raise NotConverged(f"After the reset these objects differ from the start of {self._step}: {', '.join(left[:8])}.")

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
        """Not beyond namespaces where nothing tells the cluster's own objects from others."""
        whole = (await self._run.info(cluster)).traits.owns_nodes and bool(self._cluster_had(cluster))
        return untouched.scope(self._run, cluster, whole=whole)


def _grace(obj: Object) -> int | None:
    return 0 if obj["kind"] == "Pod" else None
