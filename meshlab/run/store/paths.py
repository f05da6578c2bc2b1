"""Where things are kept on disk."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from meshlab.errors import UsageError

ENVIRONMENT = "MESHLAB_STATE"


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
    """Returns the platform's folder for state."""
    from platformdirs import user_state_path

    return user_state_path("meshlab")


def find(state: Path | None = None) -> Paths:
    """The state folder: as given, else $MESHLAB_STATE, else the platform's."""
    if state is not None:
        return Paths(state.expanduser().absolute())
    named = os.environ.get(ENVIRONMENT, "")
    return Paths(Path(named).expanduser().absolute() if named else default_root())


def _plain(name: str) -> str:
    """Returns a name that is safe as a folder's name. UsageError for one that would leave its parent folder."""
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
        raise UsageError("usage.name", name=name)
    return name
