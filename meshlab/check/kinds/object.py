"""Kubernetes objects: that they exist or not, and what stands in them.

Without conditions: the object exists (`object.absent` else), or does not (`object.present` else). A partial object and
JMESPath conditions hold for the named object, for each selected one, or for the list of them (a partial object then for at
least one). Every condition names its own reason; `object.mismatch` where it names none.
"""

from __future__ import annotations

from typing import Any

from meshlab.check.conditions import Miss, brief, first_miss, missing_leaf
from meshlab.check.findings import SHOWN, evidence, failed, passed
from meshlab.check.inputs import Inputs
from meshlab.check.verdict import Evidence, Finding
from meshlab.lab import address
from meshlab.lab.checks import Check, ObjectSpec


async def look(check: Check, spec: ObjectSpec, inputs: Inputs) -> Finding:
    """One list request, and one for each baseline that a condition names."""
    objects = await inputs.world.objects(spec.ref)
    title = address.brief(spec.ref)
    names = ", ".join(name_of(one) for one in objects[:SHOWN])
    if spec.absent:
        if not objects:
            return passed("-")
        return failed("object.present", _shown(objects), expected="-", seen=names, object=title)
    if not objects and (spec.ref.name or spec.each or spec.match or not spec.conditions):
        return failed("object.absent", expected=title, seen="-", object=title)
    miss = await _miss(spec, objects, inputs)
    if miss is None:
        return passed(names)
    where, what = miss
    return failed(
        what.reason, _shown(objects), evidence(what.query, what.value), expected=what.expected, seen=what.seen, object=where
    )


async def _miss(spec: ObjectSpec, objects: list[dict[str, Any]], inputs: Inputs) -> tuple[str, Miss] | None:
    before: dict[str, list[dict[str, Any]]] = {
        name: await inputs.world.baseline(spec.ref, name)
        for name in sorted({condition.same_as for condition in spec.conditions if condition.same_as})
    }
    partial = _partial(spec, objects)
    if partial is not None:
        return partial
    if not (spec.each or spec.ref.name):
        found = first_miss(spec.conditions, objects, before)
        return (address.brief(spec.ref), found) if found else None
    for one in objects:
        then: dict[str, Any] = {name: _same_name(one, many) for name, many in before.items()}
        found = first_miss(spec.conditions, one, then)
        if found:
            return address.brief(spec.ref, name_of(one)), found
    return None


def _partial(spec: ObjectSpec, objects: list[dict[str, Any]]) -> tuple[str, Miss] | None:
    """The first leaf of `match` that is missing: in any object where all must have it, in the last where one must."""
    if not spec.match:
        return None
    misses = [(one, missing_leaf(spec.match, one)) for one in objects]
    wrong = [(one, leaf) for one, leaf in misses if leaf]
    if not wrong or (len(wrong) < len(misses) and not (spec.each or spec.ref.name)):
        return None
    one, (path, wanted, there) = wrong[0]
    return address.brief(spec.ref, name_of(one)), Miss("object.mismatch", path, brief(wanted), brief(there), there)


def name_of(one: dict[str, Any]) -> str:
    """The name in an object's metadata."""
    return str(one.get("metadata", {}).get("name", ""))


def _same_name(one: dict[str, Any], many: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((other for other in many if name_of(other) == name_of(one)), None)


def _shown(objects: list[dict[str, Any]]) -> Evidence:
    """The objects without what only machines read."""
    return evidence("objects", [_plain(one) for one in objects[:SHOWN]])


def _plain(one: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in one.get("metadata", {}).items() if key != "managedFields"}
    return {**one, "metadata": metadata}
