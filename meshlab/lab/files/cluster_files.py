"""The files of a folder that Kubernetes objects or changes are read from, cluster by cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.model import Lab
from meshlab.lab.problem import display_path
from meshlab.lab.yaml.typed import did_you_mean


class ClusterFile(Struct, frozen=True):
    """One file and the cluster that its folder is for."""

    path: Path
    cluster: str
    """Empty: the lab's first."""


def cluster_files(lab: Lab, folder: Path) -> list[ClusterFile]:
    """The files of a folder by name, then those of its subfolders, each named like a cluster. Hidden files are left out.

    LabError for a subfolder that names no cluster, for a folder that cannot be read or is none.
    """
    return list(_cluster_files(lab, folder))


def _cluster_files(lab: Lab, folder: Path) -> Iterator[ClusterFile]:
    below = []
    for path in _entries(folder):
        if path.is_dir():
            below.append(path)
        else:
            yield ClusterFile(path, "")
    for path in below:
        yield from _of_cluster(lab, path)


def _of_cluster(lab: Lab, folder: Path) -> Iterator[ClusterFile]:
    if folder.name not in lab.clusters:
        hint = f"Subfolders are named like the lab's clusters: {', '.join(lab.clusters)}."
        raise LabError(
            f"no cluster `{folder.name}`{did_you_mean(folder.name, lab.clusters)}", file=display_path(folder), hint=hint
        )
    for path in _entries(folder):
        if path.is_dir():
            raise LabError("a cluster's folder holds files only", file=display_path(path))
        yield ClusterFile(path, folder.name)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=lambda path: path.name)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LabError(f"the folder cannot be read: {error.strerror}", file=display_path(folder)) from None
