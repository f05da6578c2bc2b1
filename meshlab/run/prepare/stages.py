"""The stages of a preparation; prepare.py puts them in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from meshlab.cluster.images.images import PHASES as IMAGES
from meshlab.cluster.images.images import Images
from meshlab.cluster.images.transfer import PHASE as LOAD
from meshlab.cluster.kube.ready import PHASES as READY
from meshlab.cluster.kube.ready import wait_ready
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track, forwarded, timed
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.lab.model import spaces
from meshlab.objects import rollout
from meshlab.objects.names import SYSTEM_NAMESPACE
from meshlab.run.accounts import learner
from meshlab.run.clusters import places as clusters
from meshlab.run.clusters import sweep, takeover, usable
from meshlab.run.clusters.places import Place
from meshlab.run.desired import baseline, declared, untouched
from meshlab.run.prepare import preflight
from meshlab.run.run import Run
from meshlab.run.system import parts

SHOP = "meshlab/shop"
NODE = "node"
WORKLOADS_WITHIN = 180.0
HOME_WITHIN = 30.0
LAB = ["clean-namespaces", "system-parts", "setup-base", "setup-start"]
USABLE = ["workloads-ready", "dns-answers", "probe-answers", "shop-answers", "start-actors", "take-inventory"]


class Stages:
    """Each yields its phases' events."""

    def __init__(self, run: Run, places: list[Place], track: Track, images: Images) -> None:
        self.run = run
        self.places = places
        self.track = track
        self.images = images
        self.made: list[Place] = []
        """Clusters that this preparation has made."""
        self.recovered = False

    @staticmethod
    def names(run: Run) -> list[str]:
        """Images by name: the lab's, the shop (which is the probe too), and the node where nodes are made."""
        return [*dict.fromkeys([SHOP, *run.lab.images, *([NODE] if run.engine.name == "kind" else [])])]

    @staticmethod
    def phases(run: Run, places: list[Place], refs: list[str]) -> list[str]:
        """All of the way, in the order in which phases usually begin."""
        # Where they cannot be put into nodes, the nodes pull them: nothing is to be had here.
        found = list(IMAGES) if run.engine.name == "kind" else []
        for place in places:
            if place.usable:
                found += [*(["start-nodes"] if place.found and place.found.state != "running" else []), LOAD]
            else:
                found += run.engine.phases(place.spec, refs)
        return list(dict.fromkeys([*found, *LAB, *READY, *USABLE]))

    async def have_images(self) -> AsyncGenerator[Progress, None]:
        """In the container engine; one is not even needed for a cluster that is somebody else's."""
        if self.run.engine.name != "kind":
            return
        async with aclosing(forwarded(self.images.ensure(self.names(self.run)))) as events:
            async for event in events:
                yield event

    async def have_clusters(self, refs: list[str]) -> AsyncGenerator[Progress, None]:
        """Made, recovered, or there already; with the images in their nodes."""
        for place in self.places:
            source = self._ready_made(place, refs) if place.usable else self._make(place, refs)
            async with aclosing(source) as events:
                async for event in events:
                    yield event
        await self.run.forget_clients()

    async def _make(self, place: Place, refs: list[str]) -> AsyncGenerator[Progress, None]:
        engine, folder = self.run.engine, self.run.folder_of(place.key)
        await engine.delete(place.spec.name, folder)
        sweep.forget(folder)
        self.made.append(place)
        async with aclosing(forwarded(engine.create(clusters.with_room(self.run, place), folder, refs))) as events:
            async for event in events:
                yield event
        await self.run.forget_clients()
        if engine.name == "kind":
            await sweep.remember(await self.run.kube(place.key), folder)

    async def _ready_made(self, place: Place, refs: list[str]) -> AsyncGenerator[Progress, None]:
        engine, info = self.run.engine, place.found
        assert info is not None
        if info.state != "running":
            self.recovered = True
            async with aclosing(forwarded(engine.recover(info))) as events:
                async for event in events:
                    yield event
        async with aclosing(forwarded(engine.load(info, refs))) as events:
            async for event in events:
                yield event

    async def clean(self) -> AsyncGenerator[Progress, None]:
        """Nobody's lab is on the clusters afterwards; ours are new or as new."""
        phase = LAB[0]
        yield self.track.running(phase)
        await self._allowed()
        await takeover.displace(self.run)
        for place in self.places:
            await parts.vacate(await self.run.kube(place.key))
            if place in self.made and self.run.engine.name == "kind":
                continue
            try:
                await self._sweep(place)
            except PreparationTimeout as error:
                yield Progress(phase=phase, state="note", detail=error.message)
                raise Stuck(place, error.message) from error
        yield self.track.done(phase)

    async def _allowed(self) -> None:
        """Before anything is changed: whether somebody else's cluster would take what the lab needs. EnvironmentFault."""
        for place in self.places:
            if (await self.run.info(place.key)).capabilities.scope == "namespaces":
                await parts.namespaces_must_exist(await self.run.kube(place.key), (SYSTEM_NAMESPACE, *spaces(self.run.lab)))
            if self.run.engine.name != "kind":
                await preflight.check(self.run, place.key)

    async def _sweep(self, place: Place) -> None:
        kube, folder = await self.run.kube(place.key), self.run.folder_of(place.key)
        if (await self.run.info(place.key)).engine == "kind":
            await sweep.cluster(kube, folder)
        else:
            await sweep.note_namespaces(kube, folder, (SYSTEM_NAMESPACE, *spaces(self.run.lab)))
            await sweep.remember(kube, folder, untouched.scope(self.run, place.key, whole=False))
            await sweep.contents(kube, folder, spaces(self.run.lab))

    async def install(self) -> AsyncGenerator[Progress, None]:
        """meshlab's parts, the lab's base, the lab's start."""
        run = self.run
        works: dict[str, Callable[[], Awaitable[None]]] = {
            LAB[1]: lambda: declared.system_parts(run),
            LAB[2]: lambda: declared.put(run, declared.base(run)),
            LAB[3]: lambda: declared.put(run, declared.start(run)),
        }
        for phase, work in works.items():
            async for event in timed(self.track, phase, work):
                yield event

    async def system_only(self) -> AsyncGenerator[Progress, None]:
        """meshlab's parts as this version of it has them."""
        async for event in timed(self.track, LAB[1], lambda: declared.system_parts(self.run)):
            yield event

    async def nodes_ready(self) -> AsyncGenerator[Progress, None]:
        """The API, the nodes, the cluster's DNS; what was recovered has been waited for."""
        for place in self.places:
            info = await self.run.info(place.key)
            if self.recovered or info.capabilities.scope != "cluster":
                continue
            source = wait_ready(await self.run.kube(place.key), nodes=len(info.nodes), track=self.track)
            async with aclosing(source) as events:
                async for event in events:
                    yield event
        for phase in set(READY) & set(self.track.left()):
            yield self.track.skipped(phase)

    async def usable(self, *, home: bool = False) -> AsyncGenerator[Progress, None]:
        """Workloads, names, probes, shop, actors. home: what the learner has broken is theirs to repair."""
        run = self.run
        looks: dict[str, Callable[[], Awaitable[None]]] = {
            USABLE[0]: lambda: self._workloads(home),
            USABLE[1]: lambda: usable.dns(run),
            USABLE[2]: lambda: usable.probes(run),
            USABLE[3]: lambda: usable.shop(run),
            USABLE[4]: lambda: usable.actors(run),
        }
        for phase, look in looks.items():
            if home and phase == USABLE[3]:
                yield self.track.skipped(phase)
                continue
            async for event in timed(self.track, phase, look):
                yield event

    async def _workloads(self, home: bool) -> None:
        kubes = [await self.run.kube(place.key) for place in self.places]
        await asyncio.gather(*(rollout.settled(kube, (SYSTEM_NAMESPACE,), WORKLOADS_WITHIN) for kube in kubes))
        within = HOME_WITHIN if home else WORKLOADS_WITHIN
        try:
            await asyncio.gather(*(rollout.settled(kube, spaces(self.run.lab), within) for kube in kubes))
        except PreparationTimeout:
            if not home:
                raise

    async def begin(self) -> AsyncGenerator[Progress, None]:
        """From here `since` counts, and the learner has an identity."""
        async for event in timed(self.track, USABLE[5], self._begin):
            yield event

    async def _begin(self) -> None:
        first = self.run.lab.steps[0].id
        await untouched.keep(self.run, first)
        await baseline.take(self.run, "lab-start", first)

    async def identities(self) -> None:
        """The learner's kubeconfig on every cluster."""
        for place in self.places:
            info, folder = await self.run.info(place.key), self.run.folder_of(place.key)
            await learner.ensure(await self.run.kube(place.key), info, folder, self.run.lab)

    async def occupy(self) -> None:
        """Say on each cluster whose lab is there."""
        for place in self.places:
            await parts.occupy(await self.run.kube(place.key), who(self.run))


class Stuck(ClusterError):
    """Something in a cluster does not go away; a new cluster is the way on."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def who(run: Run) -> dict[str, str]:
    """What names this run on its clusters; another one after `down`."""
    began = run.state().started
    return {"lab": run.lab_id, "seed": str(run.seed), "run": f"{began.t:.3f}" if began else ""}


async def at_home(run: Run, places: list[Place]) -> bool:
    """Whether the clusters still hold this run's lab, prepared to the end: then the learner's objects stay."""
    if run.state().prepared is None:
        return False
    for place in places:
        if not place.usable or await parts.occupant(await run.kube(place.key)) != who(run):
            return False
    return True
