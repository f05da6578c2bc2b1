"""An existing kubeconfig context as an engine: a cluster that meshlab did not make and will not remove."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from meshlab.cluster.api import GUEST, AuditEvent, Capabilities, ClusterInfo, ClusterSpec, Early
from meshlab.cluster.existing import imagecheck
from meshlab.cluster.images.transfer import PHASE as LOAD
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.kube import access, kubeconfigs
from meshlab.cluster.kube.client import KubeClient, connect
from meshlab.cluster.kube.ready import api_missing
from meshlab.cluster.poll import patient, until
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, EngineError
from meshlab.words import Words

CONNECT = "connect"
WITHIN = 30.0


class ContextEngine:
    """Api.Engine over one context of the user's kubeconfig."""

    name = "context"
    traits = GUEST

    def __init__(self, context: str, *, files: list[Path] | None = None) -> None:
        self.context = context
        self.files = files
        """That hold the context; None: the user's usual ones."""

    def phases(self, spec: ClusterSpec, images: Sequence[str] = ()) -> list[str]:
        """Ids of the phases that `create` will go through."""
        return [CONNECT, *([LOAD] if images else [])]

    async def create(
        self, spec: ClusterSpec, folder: Path, images: Sequence[str] = (), *, track: Track, early: Early | None = None
    ) -> None:
        """Make sure that the cluster answers; a copy of the context goes to folder/kubeconfig. Nothing is made there."""
        track.plan(self.phases(spec, images))
        track.running(CONNECT, detail=self.context)
        files = OwnFiles(folder)
        chosen = kubeconfigs.only(self.context, self.files)
        files.begin(spec)
        files.write_kubeconfig(msgspec.json.encode(chosen))
        kube = KubeClient(files.kubeconfig, self.context)
        try:
            await until(patient(lambda: api_missing(kube), WITHIN), WITHIN, what=Words("waits.api"))
            track.done(CONNECT)
            if images:
                track.running(LOAD, total=len(images))
                await imagecheck.check(kube, kube.connection.namespace, list(images))
                track.done(LOAD, done=len(images), total=len(images))
            if early is not None:
                await early(kube, track.inner())
        except BaseException:
            files.remove()
            raise
        finally:
            await kube.close()
        files.complete()
        track.learn()

    async def offer(self, spec: ClusterSpec) -> Capabilities:
        """None is made here."""
        raise ClusterError("context.unusable", context=self.context)

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        """The cluster with what may be done there, or None when it was never connected from this folder."""
        files = OwnFiles(folder)
        spec = files.spec()
        if spec is None or files.incomplete or not files.kubeconfig.exists():
            return None
        kube = KubeClient(files.kubeconfig, self.context)
        try:
            await kube.connection.client()
            capabilities = await access.capabilities(kube, kube.connection.namespace)
        finally:
            await kube.close()
        return ClusterInfo(
            name=name,
            engine=self.name,
            traits=self.traits,
            kubeconfig=files.kubeconfig,
            context=self.context,
            capabilities=capabilities,
            spec=spec,
        )

    async def pause(self, info: ClusterInfo) -> None:
        """EngineError: it is somebody else's cluster."""
        raise EngineError("context.not-paused", context=self.context)

    async def halt(self, info: ClusterInfo) -> None:
        """EngineError: it is somebody else's cluster."""
        raise EngineError("context.not-stopped", context=self.context)

    async def recover(self, info: ClusterInfo, track: Track) -> None:
        """Wait until it answers."""
        track.plan([CONNECT])
        track.running(CONNECT, detail=self.context)
        kube = connect(info)
        try:
            await until(patient(lambda: api_missing(kube), WITHIN), WITHIN, what=Words("waits.api"))
        finally:
            await kube.close()
        track.done(CONNECT)

    async def delete(self, name: str, folder: Path) -> None:
        """Forget the context here. The cluster stays as it is."""
        files = OwnFiles(folder)
        if files.ours:
            files.remove()

    async def load(self, info: ClusterInfo, images: list[str], track: Track) -> None:
        """Nothing can be put there: make sure that its nodes have the images or can pull them. EngineError."""
        track.running(LOAD, total=len(images))
        kube = connect(info)
        try:
            await kube.connection.client()
            await imagecheck.check(kube, kube.connection.namespace, images)
        finally:
            await kube.close()
        track.done(LOAD, done=len(images), total=len(images))

    async def audit(self, info: ClusterInfo, since: float) -> list[AuditEvent]:
        """ClusterError: its audit log is not ours to read."""
        raise ClusterError("context.no-audit-log", context=self.context)
