"""The clusters of a run: their specifications, what the engine has, and whether the two fit."""

from __future__ import annotations

from msgspec import Struct, structs

from meshlab.cluster.api import Capabilities, ClusterInfo, ClusterSpec, unmet
from meshlab.cluster.doctor.redirect import redirects
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.kind.config import subnets
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import EnvironmentFault
from meshlab.lab.model import Lab
from meshlab.run.run import Run
from meshlab.words import Words


class LabCluster(Struct, frozen=True, kw_only=True):
    """One cluster of the lab."""

    key: str
    """The lab's name for it."""
    spec: ClusterSpec
    info: ClusterInfo | None = None

    @property
    def usable(self) -> bool:
        """Whether the cluster exists (running or not) and fits the lab."""
        return self.info is not None and self.info.state != "partial" and not misfit(self.info, self.spec)


async def connected(run: Run) -> list[LabCluster]:
    """The same as `look`; somebody else's cluster is met first, which makes nothing there. EngineError, PreparationTimeout."""
    clusters = await find_all(run)
    if run.engine.traits.owns_nodes or all(cluster.info is not None for cluster in clusters):
        return clusters
    for cluster in clusters:
        if cluster.info is None:
            track = Track(estimates=Estimates(run.paths.root))
            await run.engine.create(cluster.spec, run.folder_of(cluster.key), track=track)
    return await find_all(run)


async def find_all(run: Run) -> list[LabCluster]:
    """Asks the engine for every cluster of the lab. Raises EngineError."""
    return [
        LabCluster(
            key=key,
            spec=spec_of(run.lab, key, run.cluster_name(key)),
            info=await run.engine.find(run.cluster_name(key), run.folder_of(key)),
        )
        for key in run.lab.clusters
    ]


def spec_of(lab: Lab, key: str, name: str) -> ClusterSpec:
    """Specifies the lab's cluster as meshlab makes it. Subnets never overlap, so that clusters can be joined."""
    shape = lab.clusters[key]
    pods, services = subnets(list(lab.clusters).index(key))
    return ClusterSpec(
        name=name,
        workers=shape.workers,
        node_image=load_pins().image("node").exact,
        ports=shape.ports,
        pod_subnet=pods,
        service_subnet=services,
        audited=tuple(sorted({"shop", *lab.all_namespaces})),
    )


def with_room(run: Run, cluster: LabCluster) -> ClusterSpec:
    """Specifies a cluster that later labs can use, too, because much is fixed when a cluster is made.

    It gets the ports and the audited namespaces of every lab that came with meshlab. For a lab that came with meshlab it
    also gets as many workers as the largest of them needs.
    """
    from meshlab.lab.catalog import catalog
    from meshlab.run.accounts import submission

    spec = cluster.spec
    labs = [entry.loaded.lab for entry in catalog() if entry.loaded is not None and cluster.key in entry.loaded.lab.clusters]
    others = [spec_of(lab, cluster.key, spec.name) for lab in labs]
    ports = {name: port for other in others for name, port in other.ports.items()}
    return structs.replace(
        spec,
        ports=ports | spec.ports,
        audited=tuple(sorted({*spec.audited, *(name for other in others for name in other.audited)})),
        workers=max([spec.workers, *(other.workers for other in others)]) if submission.built_in(run) else spec.workers,
    )


def misfit(info: ClusterInfo, spec: ClusterSpec) -> str:
    """Says why an existing cluster cannot serve the lab; "" when it can. All of this is fixed when a cluster is made."""
    have = info.spec
    if not info.traits.owns_nodes:
        return ""
    if have is None:
        return "nothing is known of how it was made"
    if have.node_image != spec.node_image:
        return f"its nodes run {have.node_image}, not {spec.node_image}"
    if have.workers < spec.workers:
        return f"it has {have.workers} workers, and {spec.workers} are needed"
    missing = [name for name, port in spec.ports.items() if have.ports.get(name) != port]
    if missing:
        return f"its port {missing[0]} is not reachable from this machine"
    unseen = set(spec.audited) - set(have.audited)
    if unseen:
        return f"its audit log leaves out the namespace {min(unseen)}"
    if (have.pod_subnet, have.service_subnet) != (spec.pod_subnet, spec.service_subnet):
        return "its subnets are others"
    return ""


async def check_needs(run: Run, clusters: list[LabCluster]) -> None:
    """Raises EnvironmentFault naming each need of the lab that the engine does not meet."""
    for cluster in clusters:
        offered = cluster.info.capabilities if cluster.info and cluster.usable else await run.engine.offer(cluster.spec)
        if run.lab.needs.net_admin and run.engine.traits.owns_nodes:
            offered = structs.replace(offered, net_admin=await redirects() is not False)
        problems = [*unmet(run.lab.needs, offered), *unreachable(run.lab, offered)]
        if problems:
            raise EnvironmentFault("lab.unmet", problems=problems)


def unreachable(lab: Lab, offered: Capabilities) -> list[Words]:
    """Returns a sentence when the lab's checks call from this machine and no port here leads into the cluster."""
    ports = sorted({one.port for one in lab.services.values() if one.port})
    if offered.published or not ports:
        return []
    return [Words("errors.needs.port", {"port": ports[0]})]
