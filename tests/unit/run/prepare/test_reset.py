"""A reset brings objects back to the start of a step, whatever was done to them, and writes nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.run.accounts import submission
from meshlab.run.clusters import sweep, usable
from meshlab.run.desired import declared, untouched
from meshlab.run.prepare import reset
from meshlab.run.run import Run
from meshlab.run.snapshot import take
from tests.unit.run.fake_controllers import workloads
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import config_map, small_run, started, write_lab

KEEP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: keep}\ndata: {a: '1'}\n"
SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "shop:1"}]}
"""


@pytest.fixture
async def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run whose start has just been applied."""
    folder = write_lab(tmp_path / "pack")
    for name, text in {"00-space": SPACE, "10-keep": KEEP, "20-web": WEB}.items():
        (folder / f"setup/start/{name}.yaml").write_text(text)
    kube = FakeKube(workloads)
    kube.add({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1", "labels": {"zone": "a"}}, "spec": {}})
    made = small_run(tmp_path, kube)
    made.cluster_folder.mkdir(parents=True)

    async def no_shop(_: Run) -> None:
        return None

    monkeypatch.setattr(usable, "shop", no_shop)
    monkeypatch.setattr(submission, "built_in", lambda _: True)
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "system:own"}}
    kube.add(role)
    await sweep.remember(kube, made.cluster_folder)
    await declared.put(made, declared.start(made))
    await untouched.keep(made, "first")
    return await started(made)


def cluster(run: Run) -> FakeKube:
    kube = run.clients._kubes[run.cluster_name()]
    assert isinstance(kube, FakeKube)
    return kube


async def go(run: Run, step: str = "first") -> None:
    told: list[Progress] = []
    await reset.reset(run, step, Track(told.append))
    assert [event.detail for event in told if event.state == "note"] == []


def add_field(obj: dict[str, Any]) -> None:
    obj["spec"]["template"]["spec"]["nodeName"] = "node-1"


MEDDLING = {
    "stray": lambda kube: kube.add(config_map("mine")),
    "stray-namespace": lambda kube: kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mine"}}),
    "stray-pod": lambda kube: kube.add(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "debug", "namespace": "shop"}, "spec": {}}
    ),
    "changed": lambda kube: kube.edit("ConfigMap", "keep", lambda obj: obj.update(data={"a": "2"})),
    "added-field": lambda kube: kube.edit("Deployment", "web", add_field),
    "scaled": lambda kube: kube.edit("Deployment", "web", lambda obj: obj["spec"].update(replicas=3)),
    "deleted": lambda kube: kube.remove(("apps", "Deployment", "shop", "web")),
    "node-label": lambda kube: kube.edit("Node", "node-1", lambda obj: obj["metadata"]["labels"].update(zone="b", x="y")),
    "solved": lambda kube: kube.add(config_map("paint", colour="red")),
}


@pytest.mark.parametrize("how", MEDDLING)
async def test_back_to_the_start(run: Run, how: str) -> None:
    before = await untouched.take(run)
    MEDDLING[how](cluster(run))
    assert untouched.differences(before, await untouched.take(run)) != []
    await go(run)
    assert untouched.differences(before, await untouched.take(run)) == []


async def test_nothing_to_do_writes_nothing(run: Run) -> None:
    cluster(run).writes.clear()
    await go(run)
    assert cluster(run).writes == []


async def test_only_what_was_touched_is_written(run: Run) -> None:
    MEDDLING["changed"](cluster(run))
    cluster(run).writes.clear()
    await go(run)
    assert {name for _, _, name in cluster(run).writes} == {"keep"}


async def test_to_a_later_step_with_its_solutions(run: Run) -> None:
    await go(run, "second")
    assert cluster(run).one("ConfigMap", "paint")["data"] == {"colour": "red"}
    assert take(run).current == "second"


@pytest.mark.parametrize("forgotten", [["reference-first.json"], ["reference-first.json", "inventory.json"]])
async def test_what_the_cluster_came_with_stays_whatever_is_forgotten(run: Run, forgotten: list[str]) -> None:
    for name in forgotten:
        for folder in (run.folder, run.cluster_folder):
            (folder / name).unlink(missing_ok=True)
    cluster(run).add(config_map("mine"))
    before = {key for key in cluster(run).store if key[2] == ""}
    await go(run)
    assert {key for key in cluster(run).store if key[2] == ""} == before
    with pytest.raises(StopIteration):
        cluster(run).one("ConfigMap", "mine")


async def test_the_plan_names_strays_and_removes_none(run: Run) -> None:
    cluster(run).add(config_map("mine"))
    cluster(run).writes.clear()
    assert (await reset.plan(run, "first")).strays == ("ConfigMap shop/mine",)
    assert cluster(run).writes == []


async def test_progress_stays(run: Run) -> None:
    from meshlab.run.guide import answers

    answers.answer(run, "why", "one")
    before = take(run)
    await go(run)
    after = take(run)
    assert after.answers == before.answers
    assert after.events > before.events


async def test_faults_are_undone_first(run: Run) -> None:
    from meshlab.lab.address import ObjectRef
    from meshlab.lab.model import Fault
    from meshlab.run import faults

    web = ObjectRef(api_version="apps/v1", kind="Deployment", name="web")
    await faults.begin(run, Fault(kind="scale", subject=web, replicas=0))
    await go(run)
    assert run.journal.pending() == []
    assert cluster(run).one("Deployment", "web")["spec"]["replicas"] == 1
