"""Kind clusters: made, found, paused, stopped, recovered and removed, with nothing left behind at any moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from meshlab.cluster.api import OWN, AuditEvent, Capabilities, ClusterInfo, ClusterSpec, Early, NodeInfo
from meshlab.cluster.cancelling import stop, to_the_end
from meshlab.cluster.images import transfer
from meshlab.cluster.images.transfer import FILE
from meshlab.cluster.kind import audit
from meshlab.cluster.kind.creation import Creation
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.kind.nodes import engine_time, freeze, own_nodes, remove_nodes, start_nodes, stop_nodes, thaw, unstick
from meshlab.cluster.kube.client import KubeClient
from meshlab.cluster.kube.ready import PHASES as READY
from meshlab.cluster.kube.ready import Since, wait_ready
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import PREFIX, EngineFacts, Node
from meshlab.cluster.programs.process import run
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, EngineError, MeshlabError

log = logging.getLogger(__name__)

LEASE = 12.0
"""A kubelet renews its lease every ten seconds: one that is older than this before a pause tells nothing."""


class KindEngine:
    """Api.Engine with the kind program."""

    name = "kind"
    traits = OWN

    def __init__(self) -> None:
        self._facts: EngineFacts | None = None

    def phases(self, spec: ClusterSpec, images: Sequence[str] = ()) -> list[str]:
        """Ids of the phases that `create` will go through."""
        return Creation.phases(spec, images)

    async def create(
        self, spec: ClusterSpec, folder: Path, images: Sequence[str] = (), *, track: Track, early: Early | None = None
    ) -> None:
        """Make the cluster until its API answers; kubeconfig goes to folder/kubeconfig. EngineError.

        images: of the container engine, put into the nodes while Kubernetes still starts. early: run as soon as the API
        answers, while workers still join. When it fails or is cancelled, everything that it made is removed first.
        """
        files = OwnFiles(folder)
        track.plan(self.phases(spec, images))
        creation = Creation(spec, files, track, await self._engine_facts())
        await self._make_room(spec, files)
        try:
            await creation.run(images, early)
        except BaseException as error:
            try:
                # Who cancels does not need to hear that something failed.
                for phase in track.open() if isinstance(error, Exception) else ():
                    track.failed(phase, error if isinstance(error, MeshlabError) else str(error))
            finally:
                # Also when nobody can be told any more: a command's output may be a closed pipe.
                await to_the_end(self.delete(spec.name, folder))
            raise
        track.learn()

    async def _make_room(self, spec: ClusterSpec, files: OwnFiles) -> None:
        """Remove what a creation left that was cut off; never a cluster that is whole, nor somebody else's."""
        if files.incomplete or not await own_nodes(PREFIX + spec.name, files.mount):
            await self.delete(spec.name, files.folder)
        if await containers.nodes(PREFIX + spec.name):
            if files.ours:
                raise EngineError("cluster.exists", cluster=PREFIX + spec.name)
            raise EngineError("cluster.foreign", cluster=PREFIX + spec.name, folder=files.folder)

    async def offer(self, spec: ClusterSpec) -> Capabilities:
        """Nodes as asked for, and the engine's memory."""
        return Capabilities(nodes=max(1, spec.workers), memory_mib=(await self._engine_facts()).memory_mib)

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        """The cluster as it is now, or None."""
        files = OwnFiles(folder)
        nodes, spec = await own_nodes(PREFIX + name, files.mount), files.spec()
        if not nodes or spec is None:
            return None
        shown = tuple(NodeInfo(node.name, node.role, node.state) for node in nodes)
        ports = nodes[0].ports
        return ClusterInfo(
            name=name,
            engine=self.name,
            traits=self.traits,
            kubeconfig=files.kubeconfig,
            context=f"kind-{PREFIX}{name}",
            state="partial" if files.incomplete else state(nodes, spec, led_to=files.kubeconfig.exists()),
            nodes=shown,
            ports={key: ports[port] for key, port in spec.ports.items() if port in ports},
            capabilities=await self.offer(spec),
            spec=spec,
        )

    async def pause(self, info: ClusterInfo) -> None:
        """Freeze all nodes: CPU back, memory stays."""
        log.info("the nodes of %s are paused", info.name)
        await freeze(await self._nodes(info))

    async def halt(self, info: ClusterInfo) -> None:
        """Stop all nodes: memory back."""
        log.info("the nodes of %s are stopped", info.name)
        await stop_nodes(await self._nodes(info))

    async def recover(self, info: ClusterInfo, track: Track) -> None:
        """From paused, stopped or rebooted to an API that answers, nodes and DNS that are Ready now."""
        track.plan(["start-nodes", *READY])
        nodes = await self._nodes(info)
        lost = 1 + info.spec.workers - len(nodes) if info.spec else 0
        if lost > 0:
            raise EngineError("cluster.nodes-lost", cluster=info.name, count=lost)
        track.running("start-nodes", total=len(nodes))
        now = await engine_time()
        stopped, paused = ([node for node in nodes if node.state == which] for which in ("exited", "paused"))
        await thaw(paused)
        await start_nodes(stopped)
        if not info.kubeconfig.exists():
            await self._export(info)
        track.done("start-nodes", done=len(nodes), total=len(nodes))
        since = Since(renewed=now if stopped else now - LEASE if paused else 0.0, started=now if stopped else 0.0)
        kube = KubeClient(info.kubeconfig, info.context)
        helping = asyncio.ensure_future(unstick(stopped))
        try:
            await wait_ready(kube, nodes=len(nodes), since=since, track=track)
        finally:
            await stop([helping])
            await kube.close()
        track.learn()

    async def delete(self, name: str, folder: Path) -> None:
        """Remove what `create` made, and only that. Fine when some or all of it is gone."""
        files = OwnFiles(folder)
        log.info("the cluster %s is removed", name)
        await remove_nodes(PREFIX + name, files.mount)
        if files.ours:
            files.remove()

    async def load(self, info: ClusterInfo, images: list[str], track: Track) -> None:
        """Put images of the container engine into every node that runs pods and lacks them."""
        mount, facts = OwnFiles(info.kubeconfig.parent).mount, await self._engine_facts()
        (mount / FILE).unlink(missing_ok=True)  # What a load left that was killed.
        await transfer.load(await self._nodes(info), images, facts, track, mount)
        track.learn()

    async def audit(self, info: ClusterInfo, since: float) -> list[AuditEvent]:
        """Completed writes since a unix time. ClusterError when the log cannot be read."""
        nodes = await self._nodes(info)
        if not nodes or nodes[0].state != "running":
            raise ClusterError("cluster.no-control-plane", cluster=info.name)
        return await audit.read(nodes[0].name, since)

    async def clusters(self) -> list[str]:
        """Names (without prefix) of all clusters of meshlab that this container engine has, whoever made them."""
        names = {node.cluster for node in await containers.nodes()}
        return sorted(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))

    async def _export(self, info: ClusterInfo) -> None:
        """A kubeconfig that was deleted, anew from the control plane's node, which runs."""
        name, file = PREFIX + info.name, str(info.kubeconfig)
        await run("kind", "export", "kubeconfig", "--name", name, "--kubeconfig", file)

    async def _nodes(self, info: ClusterInfo) -> list[Node]:
        return await own_nodes(PREFIX + info.name, OwnFiles(info.kubeconfig.parent).mount)

    async def _engine_facts(self) -> EngineFacts:
        if self._facts is None:
            self._facts = await containers.facts()
        return self._facts


def state(nodes: list[Node], spec: ClusterSpec, *, led_to: bool = True) -> str:
    """One word for all nodes. led_to: whether there is a kubeconfig."""
    if len(nodes) < 1 + spec.workers:
        return "partial"
    states = {node.state for node in nodes}
    if states & {"exited", "paused"}:
        return "stopped" if "exited" in states else "paused"
    return "running" if led_to else "unreachable"
