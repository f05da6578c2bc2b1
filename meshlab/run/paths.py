"""Where things are kept on disk, and the only functions that write whole files there (0700 folders, 0600 files)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from meshlab.cluster.disk import fault
from meshlab.errors import UsageError

ENVIRONMENT = "MESHLAB_STATE"
SCRATCH = ".tmp"


@dataclass(frozen=True)
class Paths:
    """The layout below one state folder."""

    root: Path

    @property
    def current(self) -> Path:
        """Name of the lab that was used last."""
        return self.root / "current"

    @property
    def estimates(self) -> Path:
        return self.root / "estimates.json"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def clusters(self) -> Path:
        return self.root / "clusters"

    def run(self, lab_id: str) -> Path:
        """Holds log.jsonl, journal.jsonl, lock, values.json, baseline-*.json, evidence/."""
        return self.runs / _plain(lab_id)

    def cluster(self, name: str) -> Path:
        """Holds kubeconfig, learner.kubeconfig, cluster.json."""
        return self.clusters / _plain(name)

    def cluster_lock(self, name: str) -> Path:
        """Beside the cluster's folder: it outlives the folder, so that a lock never guards a deleted file."""
        return self.clusters / f"{_plain(name)}.lock"

    def mark(self) -> str:
        """Tells the clusters of one state folder from those of another on the same engine; empty for the usual one."""
        if self.root == default_root():
            return ""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:6]


def default_root() -> Path:
    """Where state is kept when nothing else is said."""
    from platformdirs import user_state_path

    return user_state_path("meshlab")


def find(state: Path | None = None) -> Paths:
    """The state folder: as given, else $MESHLAB_STATE, else the platform's."""
    if state is not None:
        return Paths(state.expanduser().absolute())
    told = os.environ.get(ENVIRONMENT, "")
    return Paths(Path(told).expanduser().absolute() if told else default_root())


def ensure(folder: Path) -> Path:
    """Make the folder (and its parents) with mode 0700. EnvironmentFault when that is not possible."""
    if folder.is_dir():
        return folder
    ensure(folder.parent) if not folder.parent.exists() else None
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise fault(error, folder) from error
    return folder


def write(path: Path, data: bytes) -> None:
    """Put a whole file in place at once: readers and a kill -9 see the old one or the new one, never a part."""
    ensure(path.parent)
    scratch = ""
    try:
        _sweep(path)
        handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.{os.getpid()}.", suffix=SCRATCH, dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(scratch).replace(path)
    except OSError as error:
        if scratch:
            Path(scratch).unlink(missing_ok=True)
        raise fault(error, path) from error


def alive(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sweep(path: Path) -> None:
    """Remove what writers of this file left that were killed."""
    for old in path.parent.glob(f".{path.name}.*{SCRATCH}"):
        pid = old.name.removeprefix(f".{path.name}.").partition(".")[0]
        if pid.isdigit() and not alive(int(pid)):
            old.unlink(missing_ok=True)


def read(path: Path) -> bytes | None:
    """The file's bytes, None when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fault(error, path) from error


def _plain(name: str) -> str:
    """A name becomes a folder, so it must not climb out of its place."""
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
        raise UsageError(f"{name!r} cannot be the name of a lab or cluster.", hint="`meshlab list` shows the labs.")
    return name
