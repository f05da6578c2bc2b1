"""Clusters that meshlab made and nobody remembers: their state folder is gone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import MOUNT, PREFIX, Node

SHARED = "/host_mnt"
"""Docker Desktop may put this before a path of the host that it shares with its virtual machine."""
UNKNOWN = "/run/desktop/"
"""Docker Desktop in WSL tells a path of its own instead: it says nothing about the folder."""


async def orphans() -> dict[str, list[Node]]:
    """Cluster's name, with the prefix, to its nodes. EngineError."""
    found: dict[str, list[Node]] = {}
    for node in await containers.nodes():
        if node.cluster.startswith(PREFIX) and forgotten(node.mounts.get(MOUNT)):
            found.setdefault(node.cluster, []).append(node)
    return found


def forgotten(mount: str | None) -> bool:
    """Whether the folder that a node's audit policy comes from belongs to no cluster any more.

    That the folder is there says little: an engine that starts again makes the folders that its containers miss, empty.
    In doubt the cluster is somebody's.
    """
    if mount is None or mount.startswith(UNKNOWN):
        return False
    try:
        return not OwnFiles(_folder(mount)).ours
    except OSError:
        return False


async def drop(some: list[Node]) -> None:
    """Remove the nodes, and the empty folders that the engine made for them."""
    await containers.remove(node.id for node in some)
    for mount in {node.mounts[MOUNT] for node in some}:
        with suppress(OSError):
            OwnFiles(_folder(mount)).mount.rmdir()
            _folder(mount).rmdir()


def _folder(mount: str) -> Path:
    return Path(mount.removeprefix(SHARED)).parent
