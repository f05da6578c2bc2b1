"""Compares the reference solution of a step with the learner's objects, which are saved when the step is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from meshlab import files
from meshlab.check.conditions import brief, missing_leaf
from meshlab.lab.address import ObjectRef, describe
from meshlab.lab.change.read import load_change
from meshlab.lab.files.lab_folder import solve_folder
from meshlab.objects.names import key_of, ref_of
from meshlab.run.api import ObjectPair
from meshlab.words import Words

if TYPE_CHECKING:
    from meshlab.run.run import Run

NOISE = ("managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def solution(run: Run, step: str) -> list[tuple[str, dict[str, Any]]]:
    """Lists the objects that the reference solution of a step applies, each with its cluster. Raises LabError."""
    found = load_change(run.loaded, solve_folder(run.loaded, step))
    return [(one.cluster, one.object) for one in found.manifests]


def patches(run: Run, step: str) -> list[tuple[ObjectRef, Any]]:
    """Lists what the reference solution patches, each with its patch. Raises LabError."""
    found = load_change(run.loaded, solve_folder(run.loaded, step))
    return [(one.target, one.patch) for one in found.patches]


async def keep(run: Run, step: str) -> None:
    """Saves the learner's versions of the objects of the reference solution. Raises ClusterError."""
    wanted = [*(ref_of(obj, cluster) for cluster, obj in solution(run, step)), *(ref for ref, _ in patches(run, step))]
    found = []
    for ref in {(ref.cluster, describe(ref)): ref for ref in wanted}.values():
        own = await (await run.kube(ref.cluster)).get(ref)
        if own is not None:
            found.append(plain(own))
    files.write(_file(run, step), msgspec.json.encode(found))


def pairs(run: Run, step: str) -> tuple[ObjectPair, ...]:
    """Pairs each object of the reference with the learner's saved one, and says whether the second contains the first."""
    own = {str(key_of(obj)): obj for obj in _kept(run, step)}
    wanted: list[tuple[str, Any]] = [(str(key_of(obj)), obj) for _, obj in solution(run, step)]
    wanted += [(describe(ref), patch) for ref, patch in patches(run, step)]
    gone = load_change(run.loaded, solve_folder(run.loaded, step)).deletes
    return tuple(
        [_pair(name, reference, own.get(name)) for name, reference in wanted]
        + [ObjectPair(name=describe(one.ref), note=Words("run.debrief.deleted")) for one in gone]
    )


def _pair(name: str, reference: Any, own: dict[str, Any] | None) -> ObjectPair:
    if own is None:
        return ObjectPair(name=name, reference=_yaml(reference), note=Words("run.debrief.none"))
    note = _difference(reference, own) if isinstance(reference, dict) else ""
    return ObjectPair(name=name, reference=_yaml(reference), own=_yaml(own), note=note)


def _difference(reference: dict[str, Any], own: dict[str, Any]) -> Words:
    """Describes the first field of the reference that the learner's object lacks."""
    missing = missing_leaf(reference, own)
    if missing is None:
        return Words("run.debrief.same")
    path, wanted, there = missing
    facts = {"path": path, "wanted": brief(wanted), "there": brief(there)}
    return Words("run.debrief.differs", {name: f"`{text}`" for name, text in facts.items()})


def plain(obj: dict[str, Any]) -> dict[str, Any]:
    """Removes the fields that the API server wrote."""
    about = {key: value for key, value in obj["metadata"].items() if key not in NOISE}
    notes = {key: value for key, value in (about.pop("annotations", None) or {}).items() if key != LAST_APPLIED}
    kept = {key: value for key, value in obj.items() if key != "status"}
    return {**kept, "metadata": {**about, "annotations": notes} if notes else about}


def _kept(run: Run, step: str) -> list[dict[str, Any]]:
    try:
        return msgspec.json.decode(files.read(_file(run, step)) or b"[]", type=list[dict[str, Any]])
    except msgspec.DecodeError:
        return []


def _file(run: Run, step: str) -> Path:
    return run.folder / "evidence" / f"step-{step}.json"


def _yaml(obj: Any) -> str:
    import yaml

    return str(yaml.safe_dump(obj, sort_keys=False, allow_unicode=True, width=100))
