"""A run as the modules of this room see it: the lab, what is kept on disk, the engine, the clients. Made by open.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from meshlab.run import events
from meshlab.run.api import Language, Snapshot
from meshlab.run.journal import Journal
from meshlab.run.log import Log
from meshlab.run.paths import Paths

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo, Engine, Kube
    from meshlab.lab.load import LoadedLab
    from meshlab.lab.model import Lab
    from meshlab.run.live import LiveWorld


class Run:
    """One learner's way through one lab. Cheap to make: nothing is asked of an engine or a cluster until it is needed."""

    lab_id: str
    loaded: LoadedLab
    lab: Lab
    paths: Paths
    folder: Path
    """runs/<lab-id>/"""
    cluster_folder: Path
    """clusters/<name>/ of the lab's first cluster."""
    log: Log
    journal: Journal
    seed: int
    language: Language
    context: str
    """Name of the kubeconfig context to use instead of kind; empty: kind."""

    @property
    def engine(self) -> Engine:
        """What gives the clusters. EngineError when it cannot be had."""
        raise NotImplementedError

    @property
    def values(self) -> dict[str, str]:
        """Template values: the seat's variables, and what `remember` was told (image_shop, edge_url, edge_port ...)."""
        raise NotImplementedError

    def remember(self, values: dict[str, str]) -> None:
        """Keep run-time template values (in runs/<id>/values.json), so that pages can be shown without a cluster."""
        raise NotImplementedError

    def cluster_name(self, cluster: str = "") -> str:
        """The engine's name (without prefix) of a cluster of the lab; "" is the first."""
        raise NotImplementedError

    def folder_of(self, cluster: str = "") -> Path:
        """clusters/<name>/ of a cluster of the lab."""
        raise NotImplementedError

    async def info(self, cluster: str = "", *, fresh: bool = False) -> ClusterInfo:
        """The cluster as the engine sees it, cached. ClusterError when there is none."""
        raise NotImplementedError

    async def kube(self, cluster: str = "") -> Kube:
        """meshlab's own client (admin), cached. ClusterError when there is no cluster."""
        raise NotImplementedError

    async def world(self) -> LiveWorld:
        """The live world of this run, cached."""
        raise NotImplementedError

    async def forget_clients(self) -> None:
        """Close the clients; call after a cluster was made, recovered or removed."""
        raise NotImplementedError

    @contextmanager
    def lock(self, operation: str) -> Iterator[None]:
        """Hold the run and its clusters while something is changed. LockedError names the holder.

        Taking it again in the same task is fine, so an operation may be made of others.
        """
        raise NotImplementedError
        yield

    def append(self, *new: events.AnyEvent) -> None:
        """Add events to the progress log, on disk when it returns."""
        raise NotImplementedError

    def snapshot(self) -> Snapshot:
        """What the log says, with what is on disk beside it. Needs no cluster."""
        raise NotImplementedError

    async def close(self) -> None:
        """Give all clients back."""
        raise NotImplementedError
