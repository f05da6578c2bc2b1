"""Pauses, stops and removes what meshlab made."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from meshlab.cluster.kind.engine import KindEngine
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.kind.orphans import drop, orphans
from meshlab.cluster.programs import ephemeral
from meshlab.cluster.programs.containers import PREFIX
from meshlab.cluster.track import Track
from meshlab.objects import apply
from meshlab.run import faults
from meshlab.run.accounts import learner, submission
from meshlab.run.clusters import lab_clusters, sweep
from meshlab.run.clusters.lab_clusters import LabCluster
from meshlab.run.run import Run
from meshlab.run.store import events, lock, state
from meshlab.run.store.journal import Journal
from meshlab.run.store.log import Log
from meshlab.run.store.paths import Paths
from meshlab.run.store.scratch import PURPOSES

UNDO, PAUSE, HALT, CLUSTER, LAB, PARTS = (
    "undo-faults",
    "pause-nodes",
    "stop-nodes",
    "remove-cluster",
    "remove-lab",
    "remove-parts",
)


async def stop(run: Run, track: Track, *, free: bool = False) -> None:
    """Pauses the nodes; free: stops them, which frees their memory. Undoes faults in force first."""
    run.clients.refuse_when_displaced()
    phase = HALT if free else PAUSE
    with run.lock("stop"):
        track.plan([UNDO, phase])
        with track.phase(UNDO):
            await faults.undo_all(run)
        await run.forget_clients()
        clusters = [cluster for cluster in await lab_clusters.find_all(run) if cluster.info is not None]
        track.running(phase, total=len(clusters))
        for cluster in clusters:
            assert cluster.info is not None
            await (run.engine.halt(cluster.info) if free else run.engine.pause(cluster.info))
        track.done(phase, done=len(clusters), total=len(clusters))
        run.append(events.Stopped(free=free))


async def down(run: Run, track: Track) -> None:
    """Removes what meshlab made for the run, and only that; progress stays. Raises ClusterTaken when another lab is there."""
    run.clients.refuse_when_displaced()
    with run.lock("down"):
        await remove(run, track)
        run.append(events.Downed())


async def remove(run: Run, track: Track) -> None:
    """Removes the clusters; from a cluster that is not meshlab's, the lab's objects and meshlab's own."""
    own = run.engine.traits.owns_nodes
    track.plan([CLUSTER] if own else [LAB, PARTS])
    if own:
        track.running(CLUSTER)
        await run.forget_clients()
        for key in run.lab.clusters:
            await remove_cluster(run, key)
        track.done(CLUSTER)
    else:
        for cluster in await lab_clusters.find_all(run):
            if cluster.info is not None:
                await _remove_from_foreign(run, cluster, track)
    faults.forget_all(run)


async def remove_cluster(run: Run, key: str) -> None:
    """Removes one cluster and the files about it."""
    folder = run.folder_of(key)
    await run.engine.delete(run.cluster_name(key), folder)
    forget(folder)


def forget(folder: Path) -> None:
    """Deletes the files that this room keeps about a cluster."""
    sweep.forget(folder)
    for name in (learner.FILE, apply.FILE, submission.FILE):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


async def _remove_from_foreign(run: Run, cluster: LabCluster, track: Track) -> None:
    """Removes meshlab's objects from a cluster that is not meshlab's."""
    assert cluster.info is not None
    kube, folder = await run.kube(cluster.key), run.folder_of(cluster.key)
    whole = cluster.info.capabilities.scope == "cluster"
    with track.phase(LAB):
        if sweep.remembered(folder) is not None:
            await sweep.remove_added(kube, folder, run.lab.all_namespaces)
    with track.phase(PARTS):
        await sweep.remove_own_parts(kube, folder, run.lab.all_namespaces, whole=whole)
    await run.forget_clients()
    await run.engine.delete(cluster.spec.name, folder)
    forget(folder)


async def clean(paths: Paths, track: Track, *, progress_too: bool = False) -> None:
    """Removes every cluster and container of this state folder, and those whose state folder is gone.

    progress_too: the runs' logs as well. LockedError when one of them is being changed. EngineError.
    """
    track.plan([CLUSTER])
    with ExitStack() as locks:
        for file, subject in _locks(paths).items():
            locks.enter_context(lock.held(file, "clean", subject))
        found = await leftovers(paths)
        track.running(CLUSTER, total=len(found))
        for number, one in enumerate(found):
            track.running(CLUSTER, done=number, total=len(found), detail=one.name)
            await one.remove()
        track.done(CLUSTER, done=len(found), total=len(found))
        for folder in _runs(paths):
            _forget(folder, progress_too=progress_too)


def _runs(paths: Paths) -> list[Path]:
    return [folder for folder in sorted(paths.runs.iterdir()) if folder.is_dir()] if paths.runs.is_dir() else []


def _locks(paths: Paths) -> dict[Path, str]:
    """Lists the lock files with what each locks."""
    found = {folder / "lock": f"The lab {folder.name}" for folder in _runs(paths)}
    clusters_ = paths.clusters.glob("*.lock") if paths.clusters.is_dir() else ()
    return found | {file: f"The cluster {file.stem}" for file in clusters_}


def _forget(folder: Path, *, progress_too: bool) -> None:
    """Records that the run has no clusters and no faults any more; progress_too: deletes the run."""
    log, journal = Log(folder / "log.jsonl"), Journal(folder / "journal.jsonl")
    for entry in journal.pending():
        journal.close(entry.id)
    if progress_too:
        shutil.rmtree(folder, ignore_errors=True)
    elif state.fold(log.read()).environment != "none":
        log.append(events.Downed())


@dataclass(frozen=True)
class Leftover:
    """One thing that can be removed."""

    name: str
    remove: Callable[[], Awaitable[None]]


async def leftovers(paths: Paths) -> list[Leftover]:
    """Lists clusters and containers to remove. Clusters of another state folder that still exists are left out.

    Raises EngineError.
    """
    folders = {folder: None for root in (paths, *(Paths(paths.root / sub) for sub in PURPOSES)) for folder in _folders(root)}
    found = [Leftover(PREFIX + folder.name, partial(_remove, folder)) for folder in folders]
    found += [Leftover(name, partial(drop, some)) for name, some in (await orphans()).items()]
    return [*found, *(Leftover(one, partial(ephemeral.remove, one)) for one in await ephemeral.left())]


def _folders(paths: Paths) -> list[Path]:
    """Lists the folders of clusters that this state folder began to make."""
    if not paths.clusters.is_dir():
        return []
    return [folder for folder in sorted(paths.clusters.iterdir()) if folder.is_dir() and OwnFiles(folder).ours]


async def _remove(folder: Path) -> None:
    await KindEngine().delete(folder.name, folder)
    forget(folder)
