"""Inventories of the lab's objects at `lab-start` and `step-start` as they are kept: what "unchanged since" is measured by."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from meshlab import files
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab

SINCE = ("lab-start", "step-start")
KINDS = (
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "StatefulSet"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("networking.k8s.io/v1", "Ingress"),
)
"""Always taken, in each of the lab's namespaces; beside them every kind that the lab's checks name."""


class Kind(Struct, frozen=True, order=True):
    """One kind in one place; namespace "" is for what lives in none."""

    cluster: str
    namespace: str
    api_version: str
    kind: str


class Baseline(Struct, frozen=True):
    """All objects of some kinds at one time."""

    since: str
    step: str
    t: float
    kinds: tuple[Kind, ...]
    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Cluster (as the lab names it) to its objects."""


def file(folder: Path, since: str) -> Path:
    """Where the inventory is kept."""
    return folder / f"baseline-{since}.json"


def save(folder: Path, baseline: Baseline) -> None:
    """In place of the one before."""
    files.write(file(folder, baseline.since), msgspec.json.encode(baseline))


def load(folder: Path, since: str) -> Baseline:
    """ClusterError when none was taken yet."""
    data = files.read(file(folder, since))
    if data is None:
        raise ClusterError("inventory.none", since=since)
    try:
        return msgspec.json.decode(data, type=Baseline)
    except msgspec.DecodeError as error:
        raise ClusterError("inventory.damaged", file=file(folder, since)) from error


def select(baseline: Baseline, ref: ObjectRef, lab: Lab) -> list[dict[str, Any]]:
    """The objects that the reference names, sorted by name."""
    place = ref.namespace or lab.default_namespace
    cluster = ref.cluster or lab.default_cluster
    found = [one for one in baseline.objects.get(cluster, ()) if _is(one, ref, place)]
    if not found and not _was_taken(baseline, ref, cluster):
        raise ClusterError("inventory.no-kind", since=baseline.since, kind=ref.kind)
    return sorted(found, key=lambda one: str(one["metadata"]["name"]))


def kinds(lab: Lab) -> list[Kind]:
    """What to take: the usual kinds in every namespace of the lab, and all that its checks name."""
    usual = {Kind(cluster, space, *kind) for cluster in lab.clusters for space in lab.all_namespaces for kind in KINDS}
    named = {_kind(ref, lab) for check in lab.all_checks().values() for ref in references(check)}
    return sorted(usual | named)


def references(check: Check) -> Iterable[ObjectRef]:
    """Every object that a check names, wherever in its specification."""
    return _references(getattr(check, check.kind.replace("-", "_")))


def _references(part: Any) -> Iterable[ObjectRef]:
    if isinstance(part, ObjectRef):
        yield part
    elif isinstance(part, Struct):
        for name in part.__struct_fields__:
            yield from _references(getattr(part, name))
    elif isinstance(part, tuple | list):
        for one in part:
            yield from _references(one)


def _kind(ref: ObjectRef, lab: Lab) -> Kind:
    return Kind(ref.cluster or lab.default_cluster, ref.namespace or lab.default_namespace, ref.api_version, ref.kind)


def _is(one: dict[str, Any], ref: ObjectRef, namespace: str) -> bool:
    about = one["metadata"]
    labels = about.get("labels") or {}
    return (
        one["kind"] == ref.kind
        and one["apiVersion"] == ref.api_version
        and about.get("namespace", "") in ("", namespace)
        and ref.name in ("", about["name"])
        and all(labels.get(key) == value for key, value in ref.labels.items())
    )


def _was_taken(baseline: Baseline, ref: ObjectRef, cluster: str) -> bool:
    wanted = (cluster, ref.api_version, ref.kind)
    return any((kind.cluster, kind.api_version, kind.kind) == wanted for kind in baseline.kinds)
