"""Reads a lab's declared objects (base, which every reset keeps, and start) and applies them."""

from __future__ import annotations

from pathlib import Path

from meshlab.errors import RefusedError
from meshlab.lab.files import lab_folder
from meshlab.lab.files.manifests import manifests
from meshlab.objects import apply
from meshlab.objects.change import nudge
from meshlab.objects.names import Object
from meshlab.run.accounts import submission
from meshlab.run.accounts.appliers import of_lab, own
from meshlab.run.run import Run
from meshlab.run.system import parts


def declared(run: Run, folder: Path, *, only_given: bool = False) -> dict[str, list[Object]]:
    """Reads the objects of a folder of the lab by cluster, with the run's values filled in. Raises LabError."""
    found: dict[str, list[Object]] = {key: [] for key in run.lab.clusters}
    for one in manifests(run.loaded, folder):
        if one.given or not only_given:
            found[one.cluster].append(one.object)
    return found


def base(run: Run) -> dict[str, list[Object]]:
    """Reads the lab's base, which no reset changes."""
    return declared(run, lab_folder.BASE)


def start(run: Run) -> dict[str, list[Object]]:
    """Reads the lab's complete start."""
    return declared(run, lab_folder.START)


def given(run: Run) -> dict[str, list[Object]]:
    """Reads the part of the start that the lab adds for its stage: the solved previous lab does not have it."""
    return declared(run, lab_folder.START, only_given=True)


async def put(run: Run, objects: dict[str, list[Object]]) -> None:
    """Applies the objects; updates changed ConfigMaps in pods at once. RefusedError for a pack's forbidden objects."""
    for cluster, declarations in objects.items():
        await _namespaces(run, cluster, [obj for obj in declarations if obj["kind"] == "Namespace"])
    async with of_lab(run) as appliers:
        for cluster, declarations in objects.items():
            rest = [obj for obj in declarations if obj["kind"] != "Namespace"]
            changed = await apply.objects(await appliers(cluster), rest, replace=True) if rest else []
            await nudge(run.lab, [one.ref for one in changed if one.changed], run.kube)


async def _namespaces(run: Run, cluster: str, some: list[Object]) -> None:
    """meshlab creates namespaces, for a pack only the lab's own. Without that right, an administrator has created them."""
    info = await run.info(cluster)
    if info.capabilities.scope != "cluster" or not some:
        return
    others = [one["metadata"]["name"] for one in some if one["metadata"]["name"] not in run.lab.all_namespaces]
    if others and not submission.built_in(run):
        raise RefusedError("lab.foreign-namespace", lab=run.lab_id, namespace=others[0])
    await apply.objects(await own(run, cluster), some)


async def system_parts(run: Run) -> None:
    """Applies meshlab's own parts on every cluster of the lab."""
    image = run.values["image_shop"]
    for cluster in run.lab.clusters:
        info = await run.info(cluster)
        await parts.install(await run.kube(cluster), run.lab, cluster, image, info)
