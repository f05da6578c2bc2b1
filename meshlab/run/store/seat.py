"""The seed and the kubeconfig context of a run, which are fixed while it has clusters."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from meshlab import files
from meshlab.errors import UsageError
from meshlab.run.store import state
from meshlab.run.store.log import Log
from meshlab.run.store.paths import Paths
from meshlab.run.store.state import State

LARGEST = 10**6


def seed_of(where: Paths, lab_id: str, wanted: int | None) -> int:
    """Returns the seed of a started run, else the wanted one, else this learner's own.

    UsageError when another one is wanted while the run has clusters: their objects hold the old values.
    """
    known = state.fold(Log(where.run(lab_id) / "log.jsonl").read())
    began = known.started
    if began is None:
        return own(where) if wanted is None else wanted
    if wanted is None or wanted == began.seed:
        return began.seed
    if known.environment != "none":
        raise UsageError("run.other-seed", lab=lab_id, seed=began.seed, wanted=wanted)
    return wanted


def context_of(known: State, lab_id: str, wanted: str, default: str = "") -> str:
    """The kubeconfig context that the run is on; "" is kind. UsageError when it has clusters elsewhere than is wanted.

    default: for a run without clusters, when no context is wanted.
    """
    began = known.started
    if began is None or known.environment == "none":
        return wanted or default
    if wanted and wanted != began.context:
        if began.context:
            raise UsageError("run.other-context", lab=lab_id, context=began.context, wanted=wanted)
        raise UsageError("run.on-kind", lab=lab_id, wanted=wanted)
    return began.context


def own(where: Paths) -> int:
    """This learner's seed, the same in every lab; drawn when it is first needed."""
    settings = _settings(where)
    seed = settings.get("seed")
    if not isinstance(seed, int):
        seed = secrets.randbelow(LARGEST) + 1
        files.write(where.settings, msgspec.json.encode({**settings, "seed": seed}))
    return seed


def _settings(where: Paths) -> dict[str, Any]:
    try:
        return msgspec.json.decode(files.read(where.settings) or b"{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
