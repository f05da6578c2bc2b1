"""Which engine gives a cluster."""

from __future__ import annotations

from pathlib import Path

from meshlab.cluster.api import Engine
from meshlab.cluster.context import ContextEngine
from meshlab.cluster.estimates import Estimates
from meshlab.cluster.kind import KindEngine


def open_engine(context: str = "", state: Path | None = None) -> Engine:
    """The kubeconfig context's engine, or kind when none is named. `state`: the folder where estimates are kept."""
    estimates = Estimates(state)
    return ContextEngine(context, estimates) if context else KindEngine(estimates)
