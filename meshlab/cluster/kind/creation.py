"""One kind cluster in the making: kind itself, and images that flow into its nodes meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import aclosing, suppress

from meshlab.cluster.api import ClusterSpec, Early
from meshlab.cluster.cancelling import stop, to_the_end, together
from meshlab.cluster.images import transfer
from meshlab.cluster.images.transfer import CTR, archive, pour
from meshlab.cluster.kind.config import audit_policy, cluster_config
from meshlab.cluster.kind.dns import tune_dns
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.kind.nodes import own_nodes, remove_nodes
from meshlab.cluster.kube.client import KubeClient
from meshlab.cluster.programs import group
from meshlab.cluster.programs.containers import PREFIX, EngineFacts, Node, docker, full
from meshlab.cluster.programs.group import Mark
from meshlab.cluster.programs.process import end, exited, lines, run
from meshlab.cluster.track import Track
from meshlab.errors import EngineError

WITHIN = 600.0
"""Seconds for kind itself."""
DNS = "dns-config"


class Creation:
    """Makes it. Whoever runs this removes what is there when it raises."""

    def __init__(self, spec: ClusterSpec, files: OwnFiles, track: Track, facts: EngineFacts) -> None:
        self._spec = spec
        self._files = files
        self._track = track
        self._facts = facts
        self._cluster = PREFIX + spec.name
        self._nodes_up = asyncio.Event()
        self._api_up = asyncio.Event()

    @staticmethod
    def phases(spec: ClusterSpec, images: Sequence[str]) -> list[str]:
        """Ids of the phases, in the order in which they usually begin."""
        found = kind_phases(spec.workers)
        if images:
            found.insert(found.index("create-nodes") + 1, transfer.PHASE)
        return [*found, DNS]

    async def run(self, images: Sequence[str], early: Early | None) -> None:
        """From nothing to an API that answers."""
        self._files.begin(self._spec)
        config = cluster_config(self._spec, self._files.mount, self._facts.cgroup)
        self._files.configure(config, audit_policy(self._spec))
        works = [self._kind(), self._early(early)] + ([self._images(list(images))] if images else [])
        unpacking = asyncio.ensure_future(self._unpack())
        try:
            await together(*works)
        finally:
            await to_the_end(stop([unpacking]))
        self._files.complete()

    async def _kind(self) -> None:
        argv = ["kind", "create", "cluster", "--name", self._cluster, "--image", full(self._spec.node_image), "--wait", "0"]
        argv += ["--config", str(self._files.config), "--kubeconfig", str(self._files.kubeconfig)]
        async with aclosing(lines(*argv, deadline=WITHIN, ending=self._end_kind)) as said:
            async for line in said:
                match read(line):
                    case (phase, "running"):
                        self._track.running(phase)
                    case (phase, "done"):
                        self._track.done(phase)
                        if event := {"create-nodes": self._nodes_up, "control-plane": self._api_up}.get(phase):
                            event.set()
                    case None if line and (open_phases := self._track.open()):
                        self._track.note(open_phases[-1], line)
        for phase in kind_phases(self._spec.workers):
            if phase in self._track.left():
                self._track.skipped(phase)

    async def _early(self, early: Early | None) -> None:
        """What needs only the API, while kind still joins workers. CoreDNS has not started yet, so it starts as it should."""
        await self._api_up.wait()
        self._track.running(DNS)
        told = await run("kind", "get", "kubeconfig", "--name", self._cluster)
        # kind itself merges the same entries into this file at its end.
        self._files.write_kubeconfig(told.out)
        kube = KubeClient(self._files.kubeconfig)
        try:
            await tune_dns(kube)
            self._track.done(DNS)
            if early is not None:
                await early(kube, self._track.inner())
        finally:
            await kube.close()

    async def _unpack(self) -> None:
        """A head start for the control plane. What fails here fails there too, and is said there."""
        await self._nodes_up.wait()
        with suppress(EngineError):
            for node in await own_nodes(self._cluster, self._files.mount):
                if node.role == "control-plane":
                    await transfer.containerd_answers(node)
                    await unpack(node)

    async def _images(self, refs: list[str]) -> None:
        """Into new nodes, which lack them all, as soon as containerd answers."""
        await transfer.known(refs)
        async with archive(refs, self._facts, self._files.mount) as saving:
            await self._nodes_up.wait()
            self._track.running(transfer.PHASE, total=len(refs))
            nodes = transfer.running_pods(await own_nodes(self._cluster, self._files.mount))
            await together(*(transfer.containerd_answers(node) for node in nodes))
            await pour(await saving, nodes)
        self._track.done(transfer.PHASE, done=len(refs), total=len(refs))

    async def _end_kind(self, process: Process, mark: Mark) -> None:
        """End kind, but let its children finish what the engine would do anyway.

        An engine that has been asked for a container makes it even when nobody waits any more; only when the child that
        asked has ended is it sure that none will appear after the last look.
        """
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
            await exited(process)
            with suppress(TimeoutError):
                async with asyncio.timeout(30):
                    while group.alive(process.pid, mark):
                        await remove_nodes(self._cluster, self._files.mount)
                        await asyncio.sleep(0.1)
        await end(process, mark)


PHASES = {
    "Ensuring node image": "node-image",
    "Preparing nodes": "create-nodes",
    "Configuring the external load balancer": "configure",
    "Writing configuration": "configure",
    "Starting control-plane": "control-plane",
    "Installing CNI": "network",
    "Installing StorageClass": "storage",
    "Joining": "join",
}
SIGNS = {"•": "running", "✓": "done", "✗": "failed"}


def read(line: str) -> tuple[str, str] | None:
    """(phase, state) or None for a line that says nothing about a phase."""
    sign, _, text = line.strip().partition(" ")
    state = SIGNS.get(sign)
    phase = next((phase for words, phase in PHASES.items() if text.strip().startswith(words)), None)
    return (phase, state) if state and phase else None


def kind_phases(workers: int) -> list[str]:
    """The phases of a cluster with one control plane, in their order."""
    found = list(dict.fromkeys(PHASES.values()))
    return found if workers else [phase for phase in found if phase != "join"]


NEEDED = "name~=(etcd|kube-apiserver|kube-controller-manager|kube-scheduler):"
CONTAINERD = " ".join(CTR)
SCRIPT = f"""\
{CONTAINERD} images ls '{NEEDED}' | tail -n +2 | while read -r name type digest rest; do
    echo "$digest"
done | uniq | while read -r digest; do
    {CONTAINERD} snapshots unpack "$digest"
done
"""
UNPACKED_WITHIN = 120.0


async def unpack(node: Node) -> None:
    """Do it. Whatever fails here, containerd does later."""
    await docker("exec", node.name, "sh", "-c", SCRIPT, deadline=UNPACKED_WITHIN, check=False)
