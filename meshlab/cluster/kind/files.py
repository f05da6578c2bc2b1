"""What an engine keeps in a cluster's folder, and the mark of a creation that has not ended."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind.config import POLICY
from meshlab.files import write, writing


class Mark(Struct, frozen=True):
    """Who was making the cluster."""

    name: str
    pid: int


class OwnFiles:
    """folder/{cluster.json, kubeconfig, creating, kind.json, node/}: everything that `create` writes on the host."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.config = folder / "kind.json"
        self.mount = folder / "node"
        self._record = folder / "cluster.json"
        self._mark = folder / "creating"

    def begin(self, spec: ClusterSpec) -> None:
        """Before the first container: from now on, what carries the cluster's name is ours to remove. EnvironmentFault."""
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self.mount.mkdir(exist_ok=True)
            self._mark.write_bytes(msgspec.json.encode(Mark(spec.name, os.getpid())))
            self._record.write_bytes(msgspec.json.format(msgspec.json.encode(spec)))

    def configure(self, config: dict[str, Any], policy: dict[str, Any]) -> None:
        """What kind reads, and what the API server in the node does. EnvironmentFault."""
        with writing(self.folder):
            self.config.write_bytes(msgspec.json.encode(config))
            (self.mount / POLICY).write_bytes(msgspec.json.encode(policy))

    def write_kubeconfig(self, content: bytes) -> None:
        """Such that only its owner can read it, whole or not at all. EnvironmentFault."""
        write(self.kubeconfig, content)

    def complete(self) -> None:
        """The cluster is whole."""
        self._mark.unlink(missing_ok=True)

    @property
    def incomplete(self) -> bool:
        """A creation was begun and did not end."""
        return self._mark.exists()

    @property
    def ours(self) -> bool:
        """Whether a cluster was ever begun from this folder and not removed since."""
        return self._record.exists() or self._mark.exists()

    def spec(self) -> ClusterSpec | None:
        """What was asked for, or None when there is no cluster of this folder."""
        try:
            return msgspec.json.decode(self._record.read_bytes(), type=ClusterSpec)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return None

    def remove(self) -> None:
        """Remove them; the record last, so that a removal that was cut off is taken up again."""
        shutil.rmtree(self.mount, ignore_errors=True)
        # Locks of kubectl, and parts of a kubeconfig whose writer was killed.
        beside = (*self.folder.glob("kubeconfig.*"), *self.folder.glob(".kubeconfig.*"))
        for file in (self.kubeconfig, *beside, self.config, self._mark, self._record):
            file.unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()
