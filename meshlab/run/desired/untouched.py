"""The untouched start of each step: the saved inventory that a reset is compared with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from meshlab import files
from meshlab.errors import EnvironmentFault
from meshlab.objects import inventory
from meshlab.objects.inventory import Inventory, Scope
from meshlab.objects.names import key_of
from meshlab.run.desired import declared as declared_objects
from meshlab.run.run import Run


def scope(run: Run, cluster: str, *, whole: bool) -> Scope:
    """Describes which objects on a cluster belong to the lab. whole: the cluster is all meshlab's."""
    declared = [*declared_objects.base(run)[cluster], *declared_objects.start(run)[cluster]]
    return Scope(namespaces=run.lab.all_namespaces, cluster_scoped=whole, declared={key_of(obj): obj for obj in declared})


async def take(run: Run) -> dict[str, Inventory]:
    """Takes the inventory of each cluster now. Raises ClusterError."""
    found = {}
    for cluster in run.lab.clusters:
        info = await run.info(cluster)
        found[cluster] = await inventory.take(await run.kube(cluster), scope(run, cluster, whole=info.traits.owns_nodes))
    return found


class Kept(Struct, frozen=True):
    """The file on disk: the inventories, and a hash of the declarations that they belong to."""

    declared: str
    inventories: dict[str, Inventory]


async def keep(run: Run, step: str) -> None:
    """Saves the present objects as the untouched start of the step. Raises ClusterError."""
    files.write(_file(run, step), msgspec.json.encode(Kept(_declared(run, step), await take(run))))


def kept(run: Run, step: str) -> dict[str, Inventory] | None:
    """Returns the saved start of a step; None when there is none, or the lab has changed since."""
    try:
        found = msgspec.json.decode(files.read(_file(run, step)) or b"", type=Kept)
    except (msgspec.DecodeError, EnvironmentFault):
        return None
    return found.inventories if found.declared == _declared(run, step) else None


def _declared(run: Run, step: str) -> str:
    """Hashes everything that determines the start of a step: another image tag makes another start."""
    from meshlab.run.desired.target import of_step

    found = of_step(run, step)
    plain = {cluster: [[list(key), obj] for key, obj in some.items()] for cluster, some in found.objects.items()}
    rest = [msgspec.to_builtins(patch) for patch in found.patches], [script.text for script in found.scripts]
    return hashlib.sha256(msgspec.json.encode([plain, rest, declared_objects.base(run)], order="sorted")).hexdigest()


def differences(before: dict[str, Inventory], after: dict[str, Inventory]) -> list[str]:
    """Names the objects that differ, with the cluster where there are several."""
    return [
        f"{line} on {cluster}" if len(before) > 1 else line
        for cluster in before
        for line in inventory.diff(before[cluster], after.get(cluster, Inventory({})))
    ]


def _file(run: Run, step: str) -> Path:
    return run.folder / f"reference-{step}.json"
