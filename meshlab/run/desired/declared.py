"""Putting a lab's declared objects on its clusters: base, which stays, and start."""

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
    """The objects of a folder of the lab by cluster, with the run's values in them. LabError."""
    found: dict[str, list[Object]] = {key: [] for key in run.lab.clusters}
    for one in manifests(run.loaded, folder):
        if one.given or not only_given:
            found[one.cluster].append(one.object)
    return found


def base(run: Run) -> dict[str, list[Object]]:
    """What no reset touches."""
    return declared(run, lab_folder.BASE)


def start(run: Run) -> dict[str, list[Object]]:
    """The lab's declared start, complete by itself."""
    return declared(run, lab_folder.START)


def given(run: Run) -> dict[str, list[Object]]:
    """What of the start the lab adds for its stage: the solved end of the lab before has none of it."""
    return declared(run, lab_folder.START, only_given=True)


async def put(run: Run, objects: dict[str, list[Object]]) -> None:
    """Apply them, and let the pods that read a changed ConfigMap see it at once. RefusedError for a pack's forbidden ones."""
    for cluster, some in objects.items():
        await _namespaces(run, cluster, [one for one in some if one["kind"] == "Namespace"])
    async with of_lab(run) as appliers:
        for cluster, some in objects.items():
            rest = [one for one in some if one["kind"] != "Namespace"]
            changed = await apply.objects(await appliers(cluster), rest, replace=True) if rest else []
            await nudge(run.lab, [one.ref for one in changed if one.changed], run.kube)


async def _namespaces(run: Run, cluster: str, some: list[Object]) -> None:
    """By meshlab, and only the lab's own for a pack; where nobody may make any, an administrator has."""
    info = await run.info(cluster)
    if info.capabilities.scope != "cluster" or not some:
        return
    others = [one["metadata"]["name"] for one in some if one["metadata"]["name"] not in run.lab.all_namespaces]
    if others and not submission.built_in(run):
        raise RefusedError("lab.foreign-namespace", lab=run.lab_id, namespace=others[0])
    await apply.objects(await own(run, cluster), some)


async def system_parts(run: Run) -> None:
    """meshlab's own parts, on every cluster of the lab."""
    image = run.values["image_shop"]
    for cluster in run.lab.clusters:
        info = await run.info(cluster)
        await parts.install(await run.kube(cluster), run.lab, cluster, image, info)
