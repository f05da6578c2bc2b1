"""A run as the modules of this room see it: the lab, what is kept on disk, the engine, the clients. Made by open.py."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from meshlab import files
from meshlab.errors import UsageError
from meshlab.run import clients, snapshot
from meshlab.run.api import Language, Snapshot
from meshlab.run.clients import Clients
from meshlab.run.store import events, lock, state
from meshlab.run.store.journal import Journal
from meshlab.run.store.log import Log
from meshlab.run.store.paths import Paths
from meshlab.run.store.state import State

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo, Engine, Kube
    from meshlab.lab.load import LoadedLab
    from meshlab.lab.model import Lab
    from meshlab.lab.text import LabText
    from meshlab.run.live import LiveWorld


class Run:
    """One learner's way through one lab. Cheap to make: nothing is asked of an engine or a cluster until it is needed."""

    def __init__(
        self,
        loaded: LoadedLab,
        where: Paths,
        *,
        context: str = "",
        usual_context: str = "",
        language: Language = "en",
        cluster: str = "",
    ) -> None:
        """context: a kubeconfig context instead of kind; usual_context: for a run that is nowhere yet, when none is named.

        cluster: the engine's name of the lab's first cluster.
        """
        self.paths = where
        self.folder = where.run(loaded.id)
        self.log = Log(self.folder / "log.jsonl")
        self.journal = Journal(self.folder / "journal.jsonl")
        self.language: Language = language
        self.texts: dict[str, tuple[object, LabText]] = {}
        """Words that were read already, see words.py."""
        self._fold = state.Following(self.log)
        self._loaded = loaded
        self._told = _told(self.folder)
        self._cluster = cluster
        self._lock = lock.Reentrant()
        self._world: LiveWorld | None = None
        self.context = context_of(self._fold.now(), loaded.id, context, usual_context)
        self._clients = Clients(self)

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
        """The lab, its values with the run-time ones among them."""
        return replace(self._loaded, values=self.values)

    @property
    def values(self) -> dict[str, str]:
        """Template values: the seat's variables, and what `remember` was told (image_shop, edge_url, edge_port ...)."""
        return {**self._told, **self._loaded.values}

    def remember(self, values: dict[str, str]) -> None:
        """Keep run-time template values (in runs/<id>/values.json), so that pages can be shown without a cluster."""
        self._told |= values
        files.write(self.folder / "values.json", msgspec.json.encode(self._told))

    @property
    def engine(self) -> Engine:
        """What gives the clusters. EngineError when it cannot be had."""
        return self._clients.engine

    @property
    def engine_name(self) -> str:
        """`kind` or `context`, without asking for the engine."""
        return clients.name(self.context)

    @property
    def cluster_folder(self) -> Path:
        """clusters/<name>/ of the lab's first cluster."""
        return self.folder_of()

    def cluster_name(self, cluster: str = "") -> str:
        """The engine's name (without prefix) of a cluster of the lab; "" is the first."""
        key = cluster or self.lab.default_cluster
        if key not in self.lab.clusters:
            raise UsageError(f"The lab {self.lab_id} has no cluster {cluster!r}.")
        began = self.state().started
        if not self._cluster and began is not None and began.context == self.context and key in began.clusters:
            return began.clusters[key]
        first = key == self.lab.default_cluster
        return clients.cluster_name(self.paths, self._cluster, key, first=first, context=self.context)

    def folder_of(self, cluster: str = "") -> Path:
        """clusters/<name>/ of a cluster of the lab."""
        return self.paths.cluster(self.cluster_name(cluster))

    async def info(self, cluster: str = "", *, fresh: bool = False) -> ClusterInfo:
        """The cluster as the engine sees it, cached. ClusterError when there is none."""
        return await self._clients.info(cluster, fresh=fresh)

    async def kube(self, cluster: str = "") -> Kube:
        """meshlab's own client (admin), cached. ClusterError when there is no cluster, or it does not run."""
        return await self._clients.kube(cluster)

    async def world(self) -> LiveWorld:
        """The live world of this run, cached."""
        if self._world is None:
            from meshlab.run.live import LiveWorld

            self._world = LiveWorld(self)
        return self._world

    async def forget_clients(self) -> None:
        """Close the clients; call after a cluster was made, recovered or removed."""
        if self._world is not None:
            await self._world.close()
            self._world = None
        await self._clients.close()

    @contextmanager
    def lock(self, operation: str) -> Iterator[None]:
        """Hold the run and its clusters while something is changed. LockedError names the holder.

        Taking it again in the same task is fine, so an operation may be made of others.
        """
        files = {self.folder / "lock": f"The lab {self.lab_id}"}
        for name in sorted(self.cluster_name(key) for key in self.lab.clusters):
            files[self.paths.cluster_lock(name)] = f"The cluster {name}"
        with self._lock.hold(files, operation):
            yield

    def begin(self) -> None:
        """Say in the log what this run is, unless it says so already; and that it is the current one."""
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

    def state(self) -> state.State:
        """What the log says now, of other processes too."""
        return self._fold.now()

    def snapshot(self) -> Snapshot:
        """What the log says, with what is on disk beside it. Needs no cluster."""
        return snapshot.take(self)

    async def close(self) -> None:
        """Give all clients back, for good: a task that was left behind opens nothing any more."""
        try:
            await self.forget_clients()
        finally:
            await self._clients.end()


def _pack(folder: Path) -> str:
    from meshlab.lab.files.content import labs_folder

    return "" if folder.resolve().parent == labs_folder().resolve() else str(folder.resolve().parent)


def _told(folder: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(files.read(folder / "values.json") or b"{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}


LARGEST = 10**6


def seed_of(where: Paths, lab_id: str, wanted: int | None) -> int:
    """Of a run under way: what it began with. Else what is wanted, else this learner's own.

    UsageError when another one is wanted while the run has clusters: their objects hold the old values.
    """
    known = state.fold(Log(where.run(lab_id) / "log.jsonl").read())
    began = known.started
    if began is None:
        return own(where) if wanted is None else wanted
    if wanted is None or wanted == began.seed:
        return began.seed
    if known.environment != "none":
        raise UsageError(
            f"The lab {lab_id} was started with seed {began.seed}, so it cannot go on with {wanted}.",
            hint="`meshlab down` first, then `meshlab start` with the new seed.",
        )
    return wanted


def context_of(known: State, lab_id: str, wanted: str, usual: str = "") -> str:
    """The kubeconfig context that the run is on; "" is kind. UsageError when it has clusters elsewhere than is wanted.

    usual: for a run that is nowhere, when nothing is wanted of it.
    """
    began = known.started
    if began is None or known.environment == "none":
        return wanted or usual
    if wanted and wanted != began.context:
        place = f"the context {began.context}" if began.context else "a kind cluster"
        hint = f"`meshlab down` first, then `meshlab start {lab_id} --context {wanted}`."
        raise UsageError(f"The lab {lab_id} is on {place}, so it cannot go on in {wanted}.", hint=hint)
    return began.context


def own(where: Paths) -> int:
    """This learner's seed, the same in every lab; drawn when it is first needed."""
    settings = _settings(where)
    seed = settings.get("seed")
    if not isinstance(seed, int):
        seed = secrets.randbelow(LARGEST) + 1
        files.write(where.settings, msgspec.json.encode({**settings, "seed": seed}))
    return seed


def _settings(where: Paths) -> dict[str, Any]:
    try:
        return msgspec.json.decode(files.read(where.settings) or b"{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
