"""What one step changes: the format of `solve/NN-<step>/`, `wrong/<id>/` and of a submission's step."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from meshlab.lab.address import ObjectRef
from meshlab.lab.files.manifests import Manifest


class _Part(Struct, frozen=True, kw_only=True):
    """Where a part of a change stands."""

    file: str
    line: int


class Reference(_Part, frozen=True, kw_only=True):
    """An object to delete, restart or nudge."""

    ref: ObjectRef


class Patch(_Part, frozen=True, kw_only=True):
    """A patch of an object that is there."""

    target: ObjectRef
    type: Literal["merge", "json", "strategic"]
    patch: Any
    """A mapping; for `json` a list of operations (RFC 6902)."""


class Answer(_Part, frozen=True, kw_only=True):
    """An answer to a question."""

    check: str
    value: str = ""
    measured: bool = False
    """True: the value is what the check itself measures when it is applied (a solution only)."""


class PredictionGiven(_Part, frozen=True, kw_only=True):
    """A prediction for an experiment: cells that will be red, or a choice."""

    experiment: str
    cells: tuple[tuple[str, str], ...] | None = None
    """(row, column)"""
    choice: str = ""

    def as_json(self) -> dict[str, Any]:
        """As `LabRun.predict` takes it."""
        return {"choice": self.choice} if self.cells is None else {"cells": [list(cell) for cell in self.cells]}


class ExperimentToRun(_Part, frozen=True, kw_only=True):
    """An experiment to run."""

    experiment: str


class Script(_Part, frozen=True, kw_only=True):
    """A shell script to run in a container, never on the host."""

    path: Path
    text: str
    """With the seat's values in it."""
    cluster: str
    """The cluster of its kubeconfig; a name from the lab's clusters, never empty."""


class Change(Struct, frozen=True, kw_only=True):
    """All of it, each part in the order of file names; applied in the order of the fields here."""

    folder: Path
    manifests: tuple[Manifest, ...] = ()
    patches: tuple[Patch, ...] = ()
    deletes: tuple[Reference, ...] = ()
    restarts: tuple[Reference, ...] = ()
    """Workloads to restart as `kubectl rollout restart` does: by an annotation of their pod template."""
    nudges: tuple[Reference, ...] = ()
    """Pods whose annotation is touched, so that kubelet brings ConfigMap volumes up to date at once."""
    scripts: tuple[Script, ...] = ()
    answers: dict[str, Answer] = field(default_factory=dict)
    """By check id."""
    predictions: dict[str, PredictionGiven] = field(default_factory=dict)
    """By experiment id."""
    experiments: tuple[ExperimentToRun, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        lists = (self.manifests, self.patches, self.deletes, self.restarts, self.nudges, self.scripts, self.experiments)
        return not any(lists) and not self.answers and not self.predictions
