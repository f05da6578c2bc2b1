"""Whether somebody else's cluster would take the lab is asked before anything is put there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from meshlab.cluster.api import GUEST, Capabilities, ClusterInfo
from meshlab.errors import ClusterError, EnvironmentFault
from meshlab.lab.address import Endpoint, ObjectRef
from meshlab.objects import inventory
from meshlab.objects.inventory import Scope
from meshlab.objects.names import Object
from meshlab.run.clusters import lab_clusters
from meshlab.run.prepare import preflight
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import FakeEngine, config_map, shop, small_run


class Somebodys(FakeEngine):
    """Gives namespaces only."""

    traits = GUEST

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        found = await super().find(name, folder)
        assert found is not None
        return structs.replace(found, capabilities=Capabilities(scope="namespaces"))


class Strict(FakeKube):
    """Refuses one kind, with a status."""

    refused, code = "", 403

    async def apply(self, obj: Object, *, manager: str = "meshlab", force: bool = True, dry: bool = False) -> Object:
        assert dry, "nothing is put there yet"
        if obj["kind"] == self.refused:
            raise ClusterError("other", sentence="it is forbidden", hint="", status=self.code)
        return await super().apply(obj, manager=manager, force=force, dry=dry)

    async def list(self, ref: ObjectRef) -> list[dict[str, Any]]:
        if ref.kind == self.refused:
            raise ClusterError("other", sentence="it is forbidden", hint="", status=self.code)
        return await super().list(ref)


def strict(kind: str, status: int = 403) -> Strict:
    kube = Strict()
    for name in ("shop", "meshlab"):
        kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    kube.refused, kube.code = kind, status
    kube.writes.clear()
    return kube


async def asked(tmp_path: Path, kube: Strict) -> None:
    run = small_run(tmp_path, kube)
    run.clients._engine = Somebodys()  # type: ignore[assignment]
    run.remember({"image_shop": "shop:1"})
    await preflight.check(run, "main")
    assert kube.writes == []


async def test_what_would_be_refused_is_named_with_the_api_servers_words(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"needs RoleBinding .* which you may not make here: it is forbidden") as refused:
        await asked(tmp_path, strict("RoleBinding"))
    assert refused.value.exit_code == 4
    assert "docs/context.md" in refused.value.hint


@pytest.mark.parametrize("kube", [strict(""), strict("DaemonSet", 422), strict("Namespace"), strict("ClusterRole")])
async def test_what_can_be_had_or_is_not_asked_is_no_reason(tmp_path: Path, kube: Strict) -> None:
    await asked(tmp_path, kube)


async def test_a_cluster_that_does_not_answer_refuses_nothing(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="it is forbidden"):
        await asked(tmp_path, strict("DaemonSet", 500))


async def test_kinds_that_may_not_be_seen_hold_nothing_of_ours() -> None:
    kube = strict("ConfigMap")
    kube.add(config_map("a"))
    assert await inventory.objects(kube, Scope(namespaces=("shop",), cluster_scoped=False)) == []
    seen = await inventory.objects(shop(config_map("a")), Scope(namespaces=("shop",), cluster_scoped=False))
    assert [one["metadata"]["name"] for one in seen] == ["a"]


@pytest.mark.parametrize(("published", "port", "found"), [(False, "edge", 1), (True, "edge", 0), (False, "", 0)])
def test_a_call_from_this_machine_needs_a_port_of_it(tmp_path: Path, published: bool, port: str, found: int) -> None:
    lab = small_run(tmp_path).lab
    lab = structs.replace(lab, services={**lab.services, "street": Endpoint(port=port)})
    assert len(lab_clusters.unreachable(lab, Capabilities(published=published))) == found
