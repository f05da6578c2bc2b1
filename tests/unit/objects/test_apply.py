"""Objects are applied in the order of what needs what, whole, and not again when they are as they should be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.errors import ClusterError
from meshlab.objects import apply, ownership
from meshlab.objects.apply import Applier, LastApplied
from meshlab.objects.names import ref_of
from tests.unit.run.fake_kube import FakeKube, Object
from tests.unit.run.small_run import config_map, shop


def service(**spec: Any) -> Object:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}


def deployment(image: str = "shop:1") -> Object:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": image}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}


async def test_what_others_need_comes_first() -> None:
    kube = FakeKube()
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "shop"}}
    await apply.objects(Applier.of(kube), [policy, deployment(), service(), config_map("a"), space])
    assert [kind for _, kind, _ in kube.writes] == ["Namespace", "ConfigMap", "Service", "Deployment", "NetworkPolicy"]


async def test_what_is_as_it_should_be_is_not_written_again(tmp_path: Path) -> None:
    kube = shop()
    for round_ in range(2):
        kube.writes.clear()
        applied = await apply.objects(
            Applier.of(kube, LastApplied(tmp_path / "m.json")), [config_map("a", x="1"), deployment()]
        )
        assert [one.changed for one in applied] == [round_ == 0] * 2
        assert bool(kube.writes) == (round_ == 0)


@pytest.mark.parametrize("meddle", ["changed", "extra", "removed", "deleted"])
async def test_what_somebody_touched_is_written_again(tmp_path: Path, meddle: str) -> None:
    kube = shop()
    wanted = config_map("a", x="1", y="2")

    async def put() -> Object:
        await apply.objects(Applier.of(kube, LastApplied(tmp_path / "m.json")), [wanted])
        data: Object = kube.one("ConfigMap", "a")["data"]
        return data

    first = await put()
    if meddle == "deleted":
        kube.remove(("", "ConfigMap", "shop", "a"))
    else:
        touched = {"changed": {"x": "5", "y": "2"}, "extra": first | {"z": "3"}, "removed": {"x": "1"}}[meddle]
        kube.edit("ConfigMap", "a", lambda obj: obj.update(data=touched))
    assert await put() == {"x": "1", "y": "2"}


async def test_the_writer_is_not_the_one_who_looks() -> None:
    looks = shop()
    writes = FakeKube()
    writes.store = looks.store
    await apply.objects(Applier(looks, writes), [config_map("a")])
    assert looks.writes == [("create", "Namespace", "shop")]
    assert writes.writes == [("create", "ConfigMap", "a")]


class Immutable(FakeKube):
    """Refuses to change the address of a Service, as the API server does."""

    async def apply(self, obj: Object, *, manager: str = "meshlab", force: bool = True, dry: bool = False) -> Object:
        live = await self.get(ref_of(obj))
        if live is not None and live.get("spec") != obj.get("spec"):
            raise ClusterError("other", sentence="field is immutable", hint="", status=422)
        return await super().apply(obj, manager=manager, force=force)


async def test_what_cannot_be_changed_is_made_anew_only_when_asked() -> None:
    kube = Immutable()
    kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    await apply.objects(Applier.of(kube), [service(clusterIP="None")])
    before = kube.one("Service", "web")["metadata"]["uid"]
    with pytest.raises(ClusterError, match="immutable"):
        await apply.objects(Applier.of(kube), [service()])
    await apply.objects(Applier.of(kube), [service()], replace=True)
    after = kube.one("Service", "web")
    assert after["metadata"]["uid"] != before
    assert "clusterIP" not in after["spec"]


async def test_what_is_applied_for_the_learner_is_the_learners_alone() -> None:
    kube = shop()
    await apply.objects(Applier.of(kube), [config_map("a", x="1", y="1")])
    await apply.objects(Applier.of(kube, manager=ownership.LEARNERS), [config_map("a", x="2")])
    live = kube.one("ConfigMap", "a")
    assert live["data"] == {"x": "2"}, "what meshlab had declared is adopted, so it goes"
    assert [entry["manager"] for entry in live["metadata"]["managedFields"]] == [ownership.LEARNERS]
    await apply.objects(Applier.of(kube), [config_map("a", y="1")])
    assert kube.one("ConfigMap", "a")["data"] == {"y": "1"}, "and back"
