"""What a lab declares, without a cluster: its start against the solved end of the lab before, in a second.

An API server fills in defaults, so objects that are written differently may be the same there: `meshlab prove` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from meshlab.check.conditions import missing_leaf
from meshlab.lab import layout
from meshlab.lab.differences import differences
from meshlab.lab.load import LoadedLab, load_lab
from meshlab.lab.runtime import placeholders
from meshlab.run import install, normal, target
from meshlab.run.change import placed
from meshlab.run.context import Run
from meshlab.run.fingerprint import name_of
from meshlab.run.objects import Object, describe, key_of
from meshlab.run.target import Target


def road(run: Run) -> list[str] | None:
    """Objects that differ, signed, with the first place where they do; None when the lab before is not there.

    `?` in front of those that the lab before patches in a way that only a cluster can work out.
    """
    folder = layout.beside(run.loaded, run.lab.previous)
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
    return Run(replace(loaded, values={**placeholders(loaded), **loaded.values}), run.paths, language="en")


def _named(run: Run, declared: Target, but: Mapping[str, list[Object]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cluster, some in declared.objects.items():
        left_out = {key_of(obj) for obj in (*install.base(run)[cluster], *but.get(cluster, ()))}
        suffix = "" if cluster == run.lab.default_cluster else f" on {cluster}"
        found |= {name_of(key) + suffix: normal.normal(obj, obj) for key, obj in some.items() if key not in left_out}
    return found


def _where(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    if name not in before or name not in after:
        return ""
    missing = missing_leaf(before[name], after[name]) or missing_leaf(after[name], before[name])
    return f" ({missing[0]})" if missing else ""
