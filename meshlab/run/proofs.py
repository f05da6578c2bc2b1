"""Whether a lab's proof still speaks of the files that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from meshlab.errors import LabError
from meshlab.lab import proof

if TYPE_CHECKING:
    from meshlab.lab.load import LoadedLab


def state(loaded: LoadedLab) -> Literal["proven", "stale", "missing"]:
    """For the list of labs. A proof that cannot be read proves nothing any more."""
    try:
        found = proof.read_proof(loaded.folder)
    except LabError:
        return "stale"
    if found is None:
        return "missing"
    return "stale" if proof.stale(found, proof.hashes(loaded)) else "proven"
