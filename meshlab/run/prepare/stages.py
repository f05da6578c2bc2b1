"""The stages of a preparation; preparation.py puts them in order."""

from __future__ import annotations

import asyncio

from meshlab.cluster.images.images import PHASES as IMAGES
from meshlab.cluster.images.images import Images
from meshlab.cluster.images.transfer import PHASE as LOAD
from meshlab.cluster.kube.ready import PHASES as READY
from meshlab.cluster.kube.ready import wait_ready
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, PreparationTimeout
from meshlab.objects import rollout
from meshlab.objects.names import SYSTEM_NAMESPACE
from meshlab.run.accounts import learner
from meshlab.run.clusters import lab_clusters, sweep, takeover, usable
from meshlab.run.clusters.lab_clusters import LabCluster
from meshlab.run.desired import baseline, declared, untouched
from meshlab.run.prepare import preflight
from meshlab.run.run import Run
from meshlab.run.system import parts

SHOP = "meshlab/shop"
NODE = "node"
WORKLOADS_WITHIN = 180.0
LENIENT_WITHIN = 30.0
LAB = ["clean-namespaces", "system-parts", "setup-base", "setup-start"]
USABLE = ["workloads-ready", "dns-answers", "probe-answers", "shop-answers", "start-actors", "take-inventory"]


class Stages:
    """Each stage reports its phases to the track."""

    def __init__(self, run: Run, clusters: list[LabCluster], track: Track, images: Images) -> None:
        self.run = run
        self.clusters = clusters
        self.track = track
        self.images = images
        self.made: list[LabCluster] = []
        """Clusters that this preparation has made."""
        self.recovered = False

    @staticmethod
    def names(run: Run) -> list[str]:
        """Names the images: the shop (which is the probe too), the lab's, and the node image where meshlab makes nodes."""
        return [*dict.fromkeys([SHOP, *run.lab.images, *([NODE] if run.engine.traits.owns_nodes else [])])]

    @staticmethod
    def phases(run: Run, clusters: list[LabCluster], refs: list[str]) -> list[str]:
        """Lists all phases in the order in which they usually begin."""
        # Where meshlab cannot load images into nodes, the nodes pull them: no image is needed here.
        found = list(IMAGES) if run.engine.traits.loads_images else []
        for cluster in clusters:
            if cluster.usable:
                found += [*(["start-nodes"] if cluster.info and cluster.info.state != "running" else []), LOAD]
            else:
                found += run.engine.phases(cluster.spec, refs)
        return list(dict.fromkeys([*found, *LAB, *READY, *USABLE]))

    async def ensure_images(self) -> None:
        """Pulls or builds images in the container engine, which only meshlab's own clusters need."""
        if self.run.engine.traits.loads_images:
            await self.images.ensure(self.names(self.run), self.track.inner())

    async def ensure_clusters(self, refs: list[str]) -> None:
        """Creates or recovers the clusters and loads the images into their nodes."""
        for cluster in self.clusters:
            if cluster.usable:
                await self._recover_and_load(cluster, refs)
            else:
                await self._make(cluster, refs)
        await self.run.forget_clients()

    async def _make(self, cluster: LabCluster, refs: list[str]) -> None:
        engine, folder = self.run.engine, self.run.folder_of(cluster.key)
        await engine.delete(cluster.spec.name, folder)
        sweep.forget(folder)
        self.made.append(cluster)
        await engine.create(lab_clusters.with_room(self.run, cluster), folder, refs, track=self.track.inner())
        await self.run.forget_clients()
        if engine.traits.owns_nodes:
            await sweep.remember(await self.run.kube(cluster.key), folder)

    async def _recover_and_load(self, cluster: LabCluster, refs: list[str]) -> None:
        engine, info = self.run.engine, cluster.info
        assert info is not None
        if info.state != "running":
            self.recovered = True
            await engine.recover(info, self.track.inner())
        await engine.load(info, refs, self.track.inner())

    async def clean(self) -> None:
        """Removes every lab from the clusters; meshlab's own clusters are restored to their first inventory."""
        phase = "clean-namespaces"
        self.track.running(phase)
        await self._check_permissions()
        await takeover.displace(self.run)
        for cluster in self.clusters:
            await parts.vacate(await self.run.kube(cluster.key))
            if cluster in self.made and self.run.engine.traits.owns_nodes:
                continue
            try:
                await self._sweep(cluster)
            except PreparationTimeout as error:
                self.track.note(phase, error)
                raise Stuck(cluster, error) from error
        self.track.done(phase)

    async def _check_permissions(self) -> None:
        """Raises EnvironmentFault when a cluster that is not meshlab's would refuse the lab's objects. Changes nothing."""
        for cluster in self.clusters:
            if (await self.run.info(cluster.key)).capabilities.scope == "namespaces":
                await parts.namespaces_must_exist(
                    await self.run.kube(cluster.key), (SYSTEM_NAMESPACE, *self.run.lab.all_namespaces)
                )
            if not self.run.engine.traits.owns_nodes:
                await preflight.check(self.run, cluster.key)

    async def _sweep(self, cluster: LabCluster) -> None:
        kube, folder = await self.run.kube(cluster.key), self.run.folder_of(cluster.key)
        if (await self.run.info(cluster.key)).traits.owns_nodes:
            await sweep.restore_cluster(kube, folder)
        else:
            await sweep.note_namespaces(kube, folder, (SYSTEM_NAMESPACE, *self.run.lab.all_namespaces))
            await sweep.remember(kube, folder, untouched.scope(self.run, cluster.key, whole=False))
            await sweep.remove_added(kube, folder, self.run.lab.all_namespaces)

    async def install(self) -> None:
        """Applies meshlab's parts, the lab's base and the lab's start."""
        await self.put_system_parts()
        with self.track.phase("setup-base"):
            await declared.put(self.run, declared.base(self.run))
        with self.track.phase("setup-start"):
            await declared.put(self.run, declared.start(self.run))

    async def put_system_parts(self) -> None:
        """Applies meshlab's parts of this version."""
        with self.track.phase("system-parts"):
            await declared.system_parts(self.run)

    async def nodes_ready(self) -> None:
        """Waits for the API, the nodes and DNS. The engine has already waited for a recovered cluster."""
        for cluster in self.clusters:
            info = await self.run.info(cluster.key)
            if self.recovered or info.capabilities.scope != "cluster":
                continue
            await wait_ready(await self.run.kube(cluster.key), nodes=len(info.nodes), track=self.track)
        left = self.track.left()
        for phase in [phase for phase in READY if phase in left]:
            self.track.skipped(phase)

    async def usable(self, *, lenient: bool = False) -> None:
        """Waits for workloads, DNS, probes, shop and actors. lenient: ignores workloads that the learner may have broken."""
        run, track = self.run, self.track
        with track.phase("workloads-ready"):
            await self._workloads(lenient)
        with track.phase("dns-answers"):
            await usable.dns(run)
        with track.phase("probe-answers"):
            await usable.probes(run)
        if lenient:
            track.skipped("shop-answers")
        else:
            with track.phase("shop-answers"):
                await usable.shop(run)
        with track.phase("start-actors"):
            await usable.actors(run)

    async def _workloads(self, lenient: bool) -> None:
        kubes = [await self.run.kube(cluster.key) for cluster in self.clusters]
        await asyncio.gather(*(rollout.settled(kube, (SYSTEM_NAMESPACE,), WORKLOADS_WITHIN) for kube in kubes))
        within = LENIENT_WITHIN if lenient else WORKLOADS_WITHIN
        try:
            await asyncio.gather(*(rollout.settled(kube, self.run.lab.all_namespaces, within) for kube in kubes))
        except PreparationTimeout:
            if not lenient:
                raise

    async def take_baselines(self) -> None:
        """Records the untouched start, from which `since` counts."""
        with self.track.phase("take-inventory"):
            first = self.run.lab.steps[0].id
            await untouched.keep(self.run, first)
            await baseline.take(self.run, "lab-start", first)

    async def ensure_identities(self) -> None:
        """Writes the learner's kubeconfig for every cluster."""
        for cluster in self.clusters:
            info, folder = await self.run.info(cluster.key), self.run.folder_of(cluster.key)
            await learner.ensure(await self.run.kube(cluster.key), info, folder, self.run.lab)

    async def occupy(self) -> None:
        """Records on each cluster which run's lab it holds."""
        for cluster in self.clusters:
            await parts.occupy(await self.run.kube(cluster.key), occupant_of(self.run))


class Stuck(ClusterError):
    """An object in a cluster is not deleted in time; only a new cluster helps."""

    def __init__(self, cluster: LabCluster, why: PreparationTimeout) -> None:
        super().__init__("cluster.stuck", why=why)
        self.cluster = cluster


def occupant_of(run: Run) -> dict[str, str]:
    """Identifies this run on its clusters; `down` and a new start change the identity."""
    began = run.state().started
    return {"lab": run.lab_id, "seed": str(run.seed), "run": f"{began.t:.3f}" if began else ""}


async def lab_is_there(run: Run, clusters: list[LabCluster]) -> bool:
    """Whether the clusters still hold this run's lab, completely prepared. Then the learner's objects stay."""
    if run.state().prepared is None:
        return False
    for cluster in clusters:
        if not cluster.usable or await parts.occupant(await run.kube(cluster.key)) != occupant_of(run):
            return False
    return True
