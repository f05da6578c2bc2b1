"""A run: the lab, its files on disk, and its clients, for the modules of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from meshlab import files
from meshlab.cluster.api import GUEST, OWN, EngineTraits
from meshlab.run.api import Language
from meshlab.run.store import events, lock
from meshlab.run.store.journal import Journal
from meshlab.run.store.log import Log
from meshlab.run.store.paths import Paths
from meshlab.run.store.state import Following, State
from meshlab.run.store.values import Values
from meshlab.words import Words

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo, Engine, Kube
    from meshlab.lab.load import LoadedLab
    from meshlab.lab.model import Lab
    from meshlab.lab.text import LabText
    from meshlab.run.clients import Clients
    from meshlab.run.live import LiveWorld


class Run:
    """One learner's way through one lab: data and a log, made by catalog.assemble. Making it asks nothing of an engine."""

    def __init__(
        self,
        loaded: LoadedLab,
        paths: Paths,
        *,
        log: Log,
        following: Following,
        journal: Journal,
        values: Values,
        clients: Clients,
        world: Callable[[], LiveWorld],
        language: Language = "en",
    ) -> None:
        """following: the state of the log. world: makes the live world, when it is first needed."""
        self.paths = paths
        self.folder = paths.run(loaded.id)
        self.log = log
        self.journal = journal
        self.clients = clients
        self.language: Language = language
        self.texts: dict[str, tuple[object, LabText]] = {}
        """Cached texts, see texts.py."""
        self._loaded = loaded
        self._following = following
        self._values = values
        self._lock = lock.Reentrant()
        self._new_world = world
        self._world: LiveWorld | None = None

    @property
    def lab_id(self) -> str:
        return self._loaded.id

    @property
    def lab(self) -> Lab:
        return self._loaded.lab

    @property
    def seed(self) -> int:
        return self._loaded.seed

    @property
    def loaded(self) -> LoadedLab:
        """The lab, with the run-time values among its values."""
        return replace(self._loaded, values=self.values)

    @property
    def values(self) -> dict[str, str]:
        """Template values: the seat's variables, and what `remember` was given (image_shop, edge_url, edge_port ...)."""
        return self._values.all()

    def remember(self, values: dict[str, str]) -> None:
        """Saves run-time template values in runs/<id>/values.json, so that pages need no cluster."""
        self._values.remember(values)

    @property
    def context(self) -> str:
        """The kubeconfig context that the run is on; "" is kind."""
        return self.clients.context

    @property
    def engine(self) -> Engine:
        """The engine of the clusters. EngineError when it is not available."""
        return self.clients.engine

    @property
    def engine_name(self) -> str:
        """`kind` or `context`, without asking for the engine."""
        return "context" if self.context else "kind"

    @property
    def traits(self) -> EngineTraits:
        """The engine's, without asking for the engine."""
        return GUEST if self.context else OWN

    @property
    def cluster_folder(self) -> Path:
        """clusters/<name>/ of the lab's first cluster."""
        return self.folder_of()

    def cluster_name(self, cluster: str = "") -> str:
        """The engine's name (without prefix) of a cluster of the lab; "" is the first."""
        return self.clients.names.of(cluster)

    def folder_of(self, cluster: str = "") -> Path:
        """clusters/<name>/ of a cluster of the lab."""
        return self.paths.cluster(self.cluster_name(cluster))

    async def info(self, cluster: str = "", *, fresh: bool = False) -> ClusterInfo:
        """The cluster as the engine sees it, cached. ClusterError when there is none."""
        return await self.clients.info(cluster, fresh=fresh)

    async def kube(self, cluster: str = "") -> Kube:
        """meshlab's own client (admin), cached. ClusterError when there is no cluster, or it does not run."""
        return await self.clients.kube(cluster)

    async def world(self) -> LiveWorld:
        """The live world of this run, cached."""
        if self._world is None:
            self._world = self._new_world()
        return self._world

    async def forget_clients(self) -> None:
        """Closes the clients. Call it after a cluster was made, recovered or removed."""
        if self._world is not None:
            await self._world.close()
            self._world = None
        await self.clients.close()

    @contextmanager
    def lock(self, operation: str) -> Iterator[None]:
        """Locks the run and its clusters during a change. LockedError names the holder.

        Taking it again in the same task is fine, so an operation may be made of others.
        """
        files = {self.folder / "lock": Words("errors.run.lab", {"lab": self.lab_id})}
        for name in sorted(self.cluster_name(key) for key in self.lab.clusters):
            files[self.paths.cluster_lock(name)] = Words("errors.run.cluster", {"cluster": name})
        with self._lock.hold(files, operation):
            yield

    def begin(self) -> None:
        """Logs the run's identity, unless the log has it, and makes it the current run."""
        files.write(self.paths.current, self.lab_id.encode())
        began = self.state().started
        clusters = {key: self.cluster_name(key) for key in self.lab.clusters}
        mine = (self.seed, self.context, clusters)
        if began is None or (began.seed, began.context, began.clusters) != mine:
            self.append(
                events.Started(
                    lab=self.lab_id,
                    seed=self.seed,
                    run=self.lab_id,
                    engine=self.engine_name,
                    context=self.context,
                    clusters=clusters,
                    language=self.language,
                    pack=_pack(self._loaded.folder),
                )
            )

    def append(self, *new: events.AnyEvent) -> None:
        """Add events to the progress log, on disk when it returns."""
        self.log.append(*new)

    def state(self) -> State:
        """Returns the state by the log, with events of other processes."""
        return self._following.now()

    async def close(self) -> None:
        """Closes all clients for good: a task that outlives the run cannot open new ones."""
        try:
            await self.forget_clients()
        finally:
            await self.clients.end()


def _pack(folder: Path) -> str:
    from meshlab.lab.files.content import labs_folder

    return "" if folder.resolve().parent == labs_folder().resolve() else str(folder.resolve().parent)
