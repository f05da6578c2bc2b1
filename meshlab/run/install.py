"""Putting a lab's declared objects on its clusters: base, which stays, and start."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from meshlab.lab import layout
from meshlab.lab.manifests import manifests
from meshlab.run import apply, system
from meshlab.run.change import nudge
from meshlab.run.context import Run
from meshlab.run.memory import FILE, Memory
from meshlab.run.objects import Object


def declared(run: Run, folder: Path) -> dict[str, list[Object]]:
    """The objects of a folder of the lab by cluster, with the run's values in them. LabError."""
    found: dict[str, list[Object]] = {key: [] for key in run.lab.clusters}
    for one in manifests(run.loaded, folder):
        found[one.cluster].append(one.object)
    return found


def base(run: Run) -> dict[str, list[Object]]:
    """What no reset touches."""
    return declared(run, layout.BASE)


def start(run: Run) -> dict[str, list[Object]]:
    """The lab's declared start, complete by itself."""
    return declared(run, layout.START)


async def hand(run: Run, cluster: str) -> apply.Hand:
    """meshlab's own, which remembers what it applied."""
    return apply.Hand.of(await run.kube(cluster), Memory(run.folder_of(cluster) / FILE))


async def put(run: Run, objects: dict[str, list[Object]]) -> None:
    """Apply them, and let the pods that read a changed ConfigMap see it at once."""
    for cluster, some in objects.items():
        changed = await apply.objects(await hand(run, cluster), await allowed(run, cluster, some), replace=True)
        await nudge(run.lab, [one.ref for one in changed if one.changed], run.kube)


async def allowed(run: Run, cluster: str, some: Iterable[Object]) -> list[Object]:
    """Without namespaces where meshlab may not make them; an administrator has, then."""
    info = await run.info(cluster)
    if info.capabilities.scope == "cluster":
        return list(some)
    return [one for one in some if one["kind"] != "Namespace"]


async def system_parts(run: Run) -> None:
    """meshlab's own parts, on every cluster of the lab."""
    image = run.values["image_shop"]
    for cluster in run.lab.clusters:
        info = await run.info(cluster)
        await system.install(await run.kube(cluster), run.lab, cluster, image, info.capabilities)
