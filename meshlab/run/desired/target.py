"""Computes the target of a step: the lab's start with the solutions of the earlier steps applied to it."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from meshlab.lab.address import ObjectRef
from meshlab.lab.change.parts import Change, Patch, Script
from meshlab.lab.change.read import load_change
from meshlab.lab.files import lab_folder
from meshlab.lab.model import Lab
from meshlab.objects.change import placed
from meshlab.objects.names import Key, Object, group_of, key_of, labels_of
from meshlab.run.desired import declared
from meshlab.run.run import Run


@dataclass
class Target:
    """The objects by cluster. `patches` need the live object to be computed, and are applied in their order."""

    objects: dict[str, dict[Key, Object]]
    patches: list[Patch] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)

    def all(self) -> dict[str, list[Object]]:
        """The objects of each cluster."""
        return {cluster: list(some.values()) for cluster, some in self.objects.items()}


def of_step(run: Run, step: str) -> Target:
    """Computes the target at the start of the step. LabError when the lab's files cannot be read."""
    return _with_solutions(run, before(run.lab, step))


def of_end(run: Run) -> Target:
    """Computes the target after every step is solved. LabError when the lab's files cannot be read."""
    return _with_solutions(run, [step.id for step in run.lab.steps])


def _with_solutions(run: Run, steps: Iterable[str]) -> Target:
    target = Target({cluster: by_key(some) for cluster, some in declared.start(run).items()})
    for one in steps:
        lay(run.lab, target, load_change(run.loaded, lab_folder.solve_folder(run.loaded, one)))
    return target


def before(lab: Lab, step: str) -> list[str]:
    """Lists the steps before a step, in the order of the guide."""
    ids = [one.id for one in lab.steps]
    return ids[: ids.index(step)]


def by_key(some: Iterable[Object]) -> dict[Key, Object]:
    """Indexes objects by their identity; a later one replaces an earlier one."""
    return {key_of(obj): obj for obj in some}


def lay(lab: Lab, target: Target, change: Change) -> None:
    """Changes the target as applying the change to a cluster would."""
    for one in change.manifests:
        target.objects[one.cluster][key_of(one.object)] = one.object
    for patch in change.patches:
        _patch(lab, target, patch)
    for gone in change.deletes:
        ref = placed(lab, gone.ref)
        some = target.objects[ref.cluster]
        for key in [key for key, obj in some.items() if names(ref, obj)]:
            del some[key]
    target.scripts += change.scripts


def names(ref: ObjectRef, obj: Object) -> bool:
    """Whether a complete reference means the object."""
    key = key_of(obj)
    if (group_of(ref.api_version), ref.kind, ref.namespace) != (key.group, key.kind, key.namespace):
        return False
    have = labels_of(obj)
    return ref.name in ("", key.name) and all(have.get(name) == value for name, value in ref.labels.items())


def _patch(lab: Lab, target: Target, patch: Patch) -> None:
    ref = placed(lab, patch.target)
    some = target.objects[ref.cluster]
    key = next((key for key, obj in some.items() if names(ref, obj)), None)
    if key is None or patch.type == "strategic":
        target.patches.append(patch)
        return
    try:
        patched = merge(some[key], patch.patch) if patch.type == "merge" else None
        some[key] = patched if patched is not None else operations(some[key], patch.patch)
    except ValueError:
        # The patch needs fields that the API server fills in.
        target.patches.append(patch)


def merge(into: Any, patch: Any) -> Any:
    """The result of a merge patch (RFC 7386); neither argument is changed."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(into) if isinstance(into, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def operations(into: Any, patch: list[dict[str, Any]]) -> Any:
    """The result of a JSON patch (RFC 6902); neither argument is changed. ValueError when it does not fit."""
    from jsonpatch import JsonPatchException, apply_patch
    from jsonpointer import JsonPointerException

    try:
        return apply_patch(into, patch)
    except (JsonPatchException, JsonPointerException) as error:
        raise ValueError(str(error)) from error
