"""After fields were adopted, an apply of the manifest leaves exactly the manifest."""

from __future__ import annotations

from typing import Any

from meshlab.objects import ownership
from meshlab.objects.normal_form import normal
from tests.unit.run.fake_kube import FakeKube

SHOP = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}


def deployment(**spec: Any) -> dict[str, Any]:
    containers = [{"name": "app", "image": "shop:1", "env": [{"name": "A", "value": "1"}]}]
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 1, "template": template} | spec,
    }


async def applied(kube: FakeKube) -> dict[str, Any]:
    await kube.apply(SHOP)
    return await kube.apply(deployment())


async def test_a_persons_new_fields_go_with_the_next_apply() -> None:
    kube = FakeKube()
    fresh = normal(await applied(kube))

    def meddle(obj: dict[str, Any]) -> None:
        obj["metadata"]["labels"] = {"mine": "yes"}
        obj["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "B", "value": "2"})
        obj["spec"]["minReadySeconds"] = 5

    live = kube.edit("Deployment", "web", meddle)
    assert normal(live) != fresh
    assert normal(await kube.apply(deployment())) != fresh, "server-side apply alone keeps what others set"

    assert await ownership.adopt(kube, kube.one("Deployment", "web"))
    assert normal(await kube.apply(deployment())) == fresh


async def test_our_own_patch_is_adopted_too() -> None:
    kube = FakeKube()
    fresh = normal(await applied(kube))
    from meshlab.objects.names import ref_of

    await kube.patch(ref_of(deployment()), {"spec": {"paused": True}})
    assert await ownership.adopt(kube, kube.one("Deployment", "web"))
    assert normal(await kube.apply(deployment())) == fresh


async def test_nothing_to_adopt_writes_nothing() -> None:
    kube = FakeKube()
    live = await applied(kube)
    kube.writes.clear()
    assert not await ownership.adopt(kube, live)
    assert kube.writes == []


async def test_a_write_in_between_is_seen() -> None:
    kube = FakeKube()
    await applied(kube)
    seen_first = kube.edit("Deployment", "web", lambda obj: obj["spec"].update(paused=True))
    stale = {**seen_first, "metadata": dict(seen_first["metadata"])}
    kube.edit("Deployment", "web", lambda obj: obj["spec"].update(minReadySeconds=3), manager="kubectl")
    assert await ownership.adopt(kube, stale)
    left = normal(await kube.apply(deployment()))
    assert "paused" not in left["spec"]
    assert "minReadySeconds" not in left["spec"]


def test_controllers_keep_their_fields() -> None:
    entry = {"manager": "kube-controller-manager", "operation": "Update", "fieldsV1": {"f:metadata": {}}}
    status = {"manager": "kubectl", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}}
    scale = {"manager": "kubectl", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    obj = {"apiVersion": "apps/v1", "metadata": {"managedFields": [entry, status, scale]}}
    assert ownership.strangers(obj) == [scale]
    mine, *kept = ownership.merged(obj)
    assert mine["fieldsV1"] == {"f:spec": {"f:replicas": {}}}
    assert (mine["manager"], mine["operation"]) == ("meshlab", "Apply")
    assert kept == [entry, status]
