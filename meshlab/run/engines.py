"""Which engine a run uses, and what its clusters are called there."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from meshlab.run.paths import Paths

if TYPE_CHECKING:
    from meshlab.cluster.api import Engine


def name(context: str) -> str:
    """`context` when a kubeconfig context is named, else `kind`."""
    return "context" if context else "kind"


def make(paths: Paths, context: str) -> Engine:
    """EngineError when it cannot be had."""
    from meshlab.cluster.estimates import Estimates

    if context:
        from meshlab.cluster.context import ContextEngine

        return ContextEngine(context, Estimates(paths.root))
    from meshlab.cluster.kind import KindEngine

    return KindEngine(Estimates(paths.root))


def cluster_name(paths: Paths, wanted: str, key: str, *, first: bool, context: str = "") -> str:
    """The engine's name of a lab's cluster. Labs share clusters, so it does not hold the lab's id.

    wanted: a name that was asked for, which the lab's further clusters extend. Else the lab's own name for it, with the
    context that it is in, or marked when the state folder is not the usual one: two folders on one engine must not take
    each other's clusters.
    """
    if wanted:
        return wanted if first else f"{wanted}-{key}"
    place = _slug(context) if context else paths.mark()
    return "-".join(part for part in (key, place) if part)


def _slug(context: str) -> str:
    """A context's name may hold anything (arn:aws:eks:...); a folder's may not, and no two contexts may share one."""
    words = re.sub(r"[^a-z0-9]+", "-", context.lower()).strip("-")[-24:].strip("-")
    return "-".join(part for part in (words, hashlib.sha256(context.encode()).hexdigest()[:6]) if part)
