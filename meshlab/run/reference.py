"""The reference solution of a step beside the learner's objects, which are kept at the moment when the step was done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from meshlab.lab.layout import solve_folder
from meshlab.lab.manifests import manifests
from meshlab.run import paths
from meshlab.run.objects import key_of, ref_of
from meshlab.words import say

if TYPE_CHECKING:
    from meshlab.run.context import Run

NOISE = ("managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def solution(run: Run, step: str) -> list[tuple[str, dict[str, Any]]]:
    """Cluster and object of everything that the reference solution of a step applies."""
    folder = solve_folder(run.loaded, step)
    if not folder.is_dir():
        return []
    return [(one.cluster, one.object) for one in manifests(run.loaded, folder.relative_to(run.loaded.folder)) if one.object]


async def keep(run: Run, step: str) -> None:
    """Keep the learner's versions of the objects of the reference solution, as they are now."""
    found = []
    for cluster, obj in solution(run, step):
        kube = await run.kube(cluster)
        own = await kube.get(ref_of(obj, cluster))
        if own is not None:
            found.append(plain(own))
    paths.write(_file(run, step), msgspec.json.encode(found))


def markdown(run: Run, step: str, language: str) -> str:
    """Each object of the reference, and below it the learner's where it was kept."""
    own = {str(key_of(obj)): obj for obj in _kept(run, step)}
    parts = []
    for _, obj in solution(run, step):
        name = str(key_of(obj))
        parts.append(f"### {name}\n\n{say('run.debrief.reference', language)}\n\n{_yaml(obj)}")
        if name in own:
            parts.append(f"{say('run.debrief.yours', language)}\n\n{_yaml(own[name])}")
    return "\n\n".join(parts)


def plain(obj: dict[str, Any]) -> dict[str, Any]:
    """Without what the API server wrote."""
    about = {key: value for key, value in obj["metadata"].items() if key not in NOISE}
    notes = {key: value for key, value in (about.pop("annotations", None) or {}).items() if key != LAST_APPLIED}
    kept = {key: value for key, value in obj.items() if key != "status"}
    return {**kept, "metadata": {**about, "annotations": notes} if notes else about}


def _kept(run: Run, step: str) -> list[dict[str, Any]]:
    try:
        return msgspec.json.decode(paths.read(_file(run, step)) or b"[]", type=list[dict[str, Any]])
    except msgspec.DecodeError:
        return []


def _file(run: Run, step: str) -> Path:
    return run.folder / "evidence" / f"step-{step}.json"


def _yaml(obj: dict[str, Any]) -> str:
    import yaml

    return f"```yaml\n{yaml.safe_dump(obj, sort_keys=False, allow_unicode=True, width=100)}```"
