"""Kubernetes objects: that they exist or not, and what stands in them.

Without conditions: the object exists (`object.absent` else), or does not (`object.present` else). A partial object and
JMESPath conditions hold for the named object, for each selected one, or for the list of them (a partial object then for at
least one). Every condition names its own reason; `object.mismatch` where it names none.
"""

from __future__ import annotations

from typing import Any

from meshlab.check.conditions import Unmet, brief, first_unmet, missing_leaf
from meshlab.check.findings import SHOWN, evidence, failed, passed
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding
from meshlab.lab import address
from meshlab.lab.checks import Check, ObjectSpec


async def look(check: Check, spec: ObjectSpec, inputs: Inputs) -> Finding:
    """One list request, and one for each baseline that a condition names."""
    objects = await inputs.world.objects(spec.ref)
    title = address.brief(spec.ref)
    names = ", ".join(name_of(obj) for obj in objects[:SHOWN])
    if spec.absent:
        if not objects:
            return passed("-")
        return failed("object.present", _shown(objects), expected="-", seen=names, object=title)
    if not objects and (spec.ref.name or spec.each or spec.match or not spec.conditions):
        return failed("object.absent", expected=title, seen="-", object=title)
    unmet = await _miss(spec, objects, inputs)
    if unmet is None:
        return passed(names)
    where, what = unmet
    return failed(
        what.reason, _shown(objects), evidence(what.query, what.value), expected=what.expected, seen=what.seen, object=where
    )


async def _miss(spec: ObjectSpec, objects: list[dict[str, Any]], inputs: Inputs) -> tuple[str, Unmet] | None:
    baselines: dict[str, list[dict[str, Any]]] = {
        name: await inputs.world.baseline(spec.ref, name)
        for name in sorted({condition.same_as for condition in spec.conditions if condition.same_as})
    }
    partial = _partial(spec, objects)
    if partial is not None:
        return partial
    if not (spec.each or spec.ref.name):
        unmet = first_unmet(spec.conditions, objects, baselines)
        return (address.brief(spec.ref), unmet) if unmet else None
    for obj in objects:
        own_baselines: dict[str, Any] = {name: _same_name(obj, earlier) for name, earlier in baselines.items()}
        unmet = first_unmet(spec.conditions, obj, own_baselines)
        if unmet:
            return address.brief(spec.ref, name_of(obj)), unmet
    return None


def _partial(spec: ObjectSpec, objects: list[dict[str, Any]]) -> tuple[str, Unmet] | None:
    """The first leaf of `match` that is missing: in any object where all must have it, in the last where one must."""
    if not spec.match:
        return None
    misses = [(obj, missing_leaf(spec.match, obj)) for obj in objects]
    wrong = [(obj, leaf) for obj, leaf in misses if leaf]
    if not wrong or (len(wrong) < len(misses) and not (spec.each or spec.ref.name)):
        return None
    obj, (path, wanted, actual) = wrong[0]
    return address.brief(spec.ref, name_of(obj)), Unmet("object.mismatch", path, brief(wanted), brief(actual), actual)


def name_of(obj: dict[str, Any]) -> str:
    """The name in an object's metadata."""
    return str(obj.get("metadata", {}).get("name", ""))


def _same_name(obj: dict[str, Any], objects: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((candidate for candidate in objects if name_of(candidate) == name_of(obj)), None)


def _shown(objects: list[dict[str, Any]]) -> Evidence:
    """The objects without what only machines read."""
    return evidence("objects", [_plain(obj) for obj in objects[:SHOWN]])


def _plain(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in obj.get("metadata", {}).items() if key != "managedFields"}
    return {**obj, "metadata": metadata}
