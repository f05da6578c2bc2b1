"""Which engine a run uses, and what its clusters are called there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.run.paths import Paths

if TYPE_CHECKING:
    from meshlab.cluster.api import Engine


def name(context: str) -> str:
    """`context` when a kubeconfig context is named, else `kind`."""
    return "context" if context else "kind"


def make(paths: Paths, context: str) -> Engine:
    """EngineError when it cannot be had."""
    if context:
        from meshlab.cluster.context import ContextEngine

        return ContextEngine(context)
    from meshlab.cluster.estimates import Estimates
    from meshlab.cluster.kind import KindEngine

    return KindEngine(Estimates(paths.root))


def cluster_name(paths: Paths, wanted: str, key: str, *, first: bool) -> str:
    """The engine's name of a lab's cluster. Labs share clusters, so it does not hold the lab's id.

    wanted: a name that was asked for, which the lab's further clusters extend. Else the lab's own name for it, marked
    when the state folder is not the usual one: two folders on one engine must not take each other's clusters.
    """
    if wanted:
        return wanted if first else f"{wanted}-{key}"
    return "-".join(part for part in (key, paths.mark()) if part)
