"""Takes the inventories that conditions such as "unchanged since" compare with."""

from __future__ import annotations

import time
from typing import Any

from meshlab.cluster.api import Kube
from meshlab.lab.address import ObjectRef
from meshlab.run.run import Run
from meshlab.run.store import events, inventories
from meshlab.run.store.inventories import Baseline, Kind


async def take(run: Run, since: str, step: str = "") -> None:
    """Takes the inventory now, and logs it. A `lab-start` is a `step-start` too. Raises ClusterError."""
    wanted = inventories.kinds(run.lab)
    t = time.time()
    objects: dict[str, list[dict[str, Any]]] = {}
    for cluster in sorted({kind.cluster for kind in wanted}):
        kube = await run.kube(cluster)
        objects[cluster] = await _inventory(kube, [kind for kind in wanted if kind.cluster == cluster])
    for name in inventories.SINCE if since == "lab-start" else (since,):
        inventories.save(run.folder, Baseline(name, step, t, tuple(wanted), objects))
        run.append(events.BaselineTaken(since=name, step=step, t=t))  # type: ignore[arg-type]


async def _inventory(kube: Kube, wanted: list[Kind]) -> list[dict[str, Any]]:
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for kind in wanted:
        ref = ObjectRef(namespace=kind.namespace, api_version=kind.api_version, kind=kind.kind)
        for one in await kube.list(ref):
            clean = {"apiVersion": kind.api_version, "kind": kind.kind, **one}
            clean["metadata"] = {key: value for key, value in one["metadata"].items() if key != "managedFields"}
            found[(kind.api_version, kind.kind, clean["metadata"].get("namespace", ""), clean["metadata"]["name"])] = clean
    return list(found.values())
