"""What meshlab has left on this machine: clusters of this state folder, and those whose state folder is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from meshlab.cluster import passing
from meshlab.cluster.containers import PREFIX
from meshlab.cluster.kind import KindEngine
from meshlab.cluster.orphans import drop, orphans
from meshlab.cluster.ownfiles import OwnFiles
from meshlab.run.paths import Paths

SUB = ("grade", "prove")
"""State folders inside the state folder: what runs there is nobody's progress."""


@dataclass(frozen=True)
class Leftover:
    """One thing that can be removed."""

    name: str
    remove: Callable[[], Awaitable[None]]


async def find(paths: Paths) -> list[Leftover]:
    """All of them. Clusters of another state folder that is still there are somebody's, and left out. EngineError."""
    folders = {folder: None for root in (paths, *(Paths(paths.root / sub) for sub in SUB)) for folder in _folders(root)}
    found = [Leftover(PREFIX + folder.name, partial(_remove, folder)) for folder in folders]
    found += [Leftover(name, partial(drop, some)) for name, some in (await orphans()).items()]
    return [*found, *(Leftover(one, partial(passing.remove, one)) for one in await passing.left())]


def _folders(paths: Paths) -> list[Path]:
    """Clusters that were begun from this state folder."""
    if not paths.clusters.is_dir():
        return []
    return [folder for folder in sorted(paths.clusters.iterdir()) if folder.is_dir() and OwnFiles(folder).ours]


async def _remove(folder: Path) -> None:
    from meshlab.run.lifecycle import forget

    await KindEngine().delete(folder.name, folder)
    forget(folder)
