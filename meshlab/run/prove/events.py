"""Requests and events of a proof."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from meshlab.cluster.progress import Progress

FRESH = "fresh"
"""Names the untouched lab as a part of a proof."""


class ProofEvent(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An event of a running proof."""

    kind: Literal["phase", "progress", "expectation", "note", "finished"]
    """note: information that does not decide the proof."""
    phase: str = ""
    """fresh, solve/<step>, solved, wrong/<id>, reset"""
    check: str = ""
    expected: str = ""
    seen: str = ""
    ok: bool = True
    progress: Progress | None = None
    proof: dict[str, Any] = field(default_factory=dict)
    """finished: the content of proof.json."""


Tell = Callable[[ProofEvent], None]


class ProveRequest(Struct, frozen=True, kw_only=True):
    """What to prove, and where."""

    lab: str
    only: str = ""
    """A step, a misconception or `FRESH`; no proof.json is written then."""
    sample: int | None = None
    """A quick sample instead of a proof: fresh and solved, with one experiment and one misconception, chosen by this number."""
    keep: bool = False
    """Leave the cluster; the next proof uses it."""
    seed: int = 1
    packs: tuple[Path, ...] = ()
    state: Path | None = None
    write: bool = True
    """Write proof.json into the lab's folder when everything held."""
