"""Where a lab begins and ends on the road: a hash of each of its objects that is the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from meshlab.check.conditions import missing_leaf
from meshlab.cluster.programs.containers import PREFIX
from meshlab.lab.address import describe
from meshlab.lab.differences import differences, listed
from meshlab.lab.files import lab_folder
from meshlab.lab.load import LoadedLab, load_lab
from meshlab.lab.proof import read_proof
from meshlab.lab.values.template_values import placeholders
from meshlab.objects import inventory, normal_form
from meshlab.objects.change import placed
from meshlab.objects.inventory import NODE, Inventory, name_of
from meshlab.objects.names import Key, Object, key_of
from meshlab.run.catalog import assemble
from meshlab.run.clusters import sweep
from meshlab.run.desired import declared as install
from meshlab.run.desired import target, untouched
from meshlab.run.desired.target import Target
from meshlab.run.prove.events import ProofEvent
from meshlab.run.run import Run

LENGTH = 16
"""Hexadecimal digits of a hash."""


async def start(run: Run) -> dict[str, str]:
    """Of the untouched lab as it stands on its clusters now, without what it marks as given. Object to hash."""
    return await _standing(run, target.of_step(run, run.lab.steps[0].id), install.given(run))


async def end(run: Run) -> dict[str, str]:
    """Of the solved lab as it stands on its clusters now."""
    return await _standing(run, target.of_end(run), {})


def compare(run: Run, now: Mapping[str, str]) -> ProofEvent:
    """The start of a lab with `previous` against the solved end that stands in the proof of that lab."""
    previous = run.lab.previous
    what = f"the start, but for what is given, is the solved end of {previous}"
    folder = lab_folder.beside(run.loaded, previous)
    before = read_proof(folder) if folder is not None else None
    if before is None or before.seed != run.seed:
        why = f"it has no proof with the seed {run.seed}" if folder else "that lab is not there"
        return ProofEvent(kind="note", phase="fresh", expected=what, seen=f"not compared: {why}")
    left = differences(before.end, now)
    return ProofEvent(kind="expectation", phase="fresh", expected=what, seen=listed(left), ok=not left)


async def _standing(run: Run, declared: Target, but: Mapping[str, list[Object]]) -> dict[str, str]:
    """`base` is the ground that a lab stands on, not a part of the road; neither is what a new cluster has."""
    found: dict[str, str] = {}
    for cluster in run.lab.clusters:
        suffix = "" if cluster == run.lab.default_cluster else f" on {cluster}"
        left_out = {name_of(key_of(obj)) for obj in (*install.base(run)[cluster], *but.get(cluster, ()))}
        for name, obj in (await _own(run, cluster, declared.objects[cluster])).items():
            if name not in left_out:
                found[name + suffix] = _hash(run, obj)
    return found


async def _own(run: Run, cluster: str, declared: Mapping[Key, Object]) -> dict[str, Any]:
    """What is there and was not when the cluster was new, in its normal form."""
    scope = untouched.scope(run, cluster, whole=(await run.info(cluster)).traits.owns_nodes)
    kube, first = await run.kube(cluster), sweep.remembered(run.folder_of(cluster)) or Inventory({})
    now = await inventory.take(kube, replace(scope, declared=declared))
    changed = {name: obj for name, obj in now.objects.items() if first.objects.get(name) != obj}
    nodes = {name for name in changed if name in first.objects and name.startswith(NODE)}
    own = {name: obj for name, obj in changed.items() if name not in nodes}
    prefix = f"{PREFIX}{run.cluster_name(cluster)}-"
    return own | {name.replace(prefix, ""): _of_node(first.objects[name], changed[name]) for name in nodes}


def _of_node(before: Object, now: Object) -> Object:
    """What a lab did to a node: its name and its own labels are another machine's business."""
    had, has = before["metadata"]["labels"], now["metadata"]["labels"]
    labels = {name: has.get(name) for name in had.keys() | has.keys() if had.get(name) != has.get(name)}
    return {"labels": labels, "spec": now["spec"]}


def _hash(run: Run, obj: Any) -> str:
    """Images by their names: what stands in for them, and which tag their content gave them, is no part of the road."""
    text = msgspec.json.encode(obj, order="sorted").decode()
    images = {value: name for name, value in run.values.items() if name.startswith("image_") and value}
    for value in sorted(images, key=len, reverse=True):
        text = text.replace(value, f"${{{images[value]}}}")
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def road(run: Run) -> list[str] | None:
    """Objects that differ, signed, with the first place where they do; None when the lab before is not there.

    `?` in front of those that the lab before patches in a way that only a cluster can work out.
    """
    folder = lab_folder.beside(run.loaded, run.lab.previous)
    if folder is None:
        return None
    before, own = _sketch(run, load_lab(folder, run.seed)), _sketch(run, run.loaded)
    solved = target.of_end(before)
    end = _named(before, solved, {})
    start = _named(own, target.of_step(own, own.lab.steps[0].id), install.given(own))
    open_ = {name for name in end if any(describe(placed(before.lab, one.target)) == name for one in solved.patches)}
    told = [line + _where(end, start, line[2:]) for line in differences(end, start) if line[2:] not in open_]
    return told + [f"? {name}" for name in sorted(open_)]


def _sketch(run: Run, loaded: LoadedLab) -> Run:
    """A run that is never begun, with stand-ins for what only a real one knows."""
    return assemble(replace(loaded, values={**placeholders(loaded), **loaded.values}), run.paths, language="en")


def _named(run: Run, declared: Target, but: Mapping[str, list[Object]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cluster, some in declared.objects.items():
        left_out = {key_of(obj) for obj in (*install.base(run)[cluster], *but.get(cluster, ()))}
        suffix = "" if cluster == run.lab.default_cluster else f" on {cluster}"
        found |= {name_of(key) + suffix: normal_form.normal(obj, obj) for key, obj in some.items() if key not in left_out}
    return found


def _where(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    if name not in before or name not in after:
        return ""
    missing = missing_leaf(before[name], after[name]) or missing_leaf(after[name], before[name])
    return f" ({missing[0]})" if missing else ""
