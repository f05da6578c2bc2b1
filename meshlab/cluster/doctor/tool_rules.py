"""Rules about the programs that meshlab calls."""

from __future__ import annotations

from meshlab.cluster.doctor.model import Facts, Ruling
from meshlab.cluster.doctor.versions import at_least, minor


def kind(facts: Facts) -> Ruling:
    numbers = {"version": facts.kind_version, "pinned": facts.kind_pinned}
    if not facts.kind_version:
        return Ruling("problem", numbers)
    return Ruling("ok" if at_least(facts.kind_version, facts.kind_pinned) else "warning", numbers)


def kubectl(facts: Facts) -> Ruling:
    """kubectl is supported one minor version around the API server (https://kubernetes.io/releases/version-skew-policy/)."""
    numbers = {"version": facts.kubectl_version, "node": facts.node_version}
    if not facts.kubectl_version:
        return Ruling("problem", numbers)
    skew = abs(minor(facts.kubectl_version) - minor(facts.node_version))
    return Ruling("ok" if skew <= 1 else "warning", numbers)


def snap_docker(facts: Facts) -> Ruling | None:
    """The snap of Docker cannot read /tmp, where kind writes what it hands over."""
    return Ruling("warning", {"program": facts.docker_program}) if facts.docker_program.startswith("/snap/") else None
