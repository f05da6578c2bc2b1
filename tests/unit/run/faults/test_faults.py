"""Each fault is journalled before it is applied, and undone to the letter: also by the next meshlab after a kill -9."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.errors import EnvironmentFault
from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Fault
from meshlab.run import faults
from meshlab.run.run import Run
from meshlab.run.snapshot import take
from meshlab.run.store import events
from tests.unit.objects.test_apply import deployment
from tests.unit.run.fake_controllers import workloads
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import config_map, shop, small_run

WEB = ObjectRef(api_version="apps/v1", kind="Deployment", name="web")
ROUTES = ObjectRef(kind="ConfigMap", name="routes")
TEXT = "timeout: 1s\nother: 2s\n"
NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1", "labels": {"zone": "a", "keep": "yes"}}, "spec": {}}


@pytest.fixture
def kube() -> FakeKube:
    made = shop(config_map("routes", rds=TEXT), NODE)
    made.controllers.append(workloads)
    reader = deployment()
    reader["spec"]["template"]["spec"]["volumes"] = [{"name": "c", "configMap": {"name": "routes"}}]
    reader["spec"]["template"]["spec"]["containers"][0]["env"] = [
        {"name": "A", "value": "1"},
        {"name": "TIMEOUT", "value": "900"},
    ]
    made.add(reader)
    return made


def line(**more: Any) -> Fault:
    return Fault(kind="config-line", subject=ROUTES, key="rds", replace="1s", with_="-1s", **more)


FAULTS = {
    "scale": Fault(kind="scale", subject=WEB, replicas=0),
    "config-line": line(),
    "config-line-and-restart": line(restart=True),
    "set-env": Fault(kind="set-env", subject=WEB, key="TIMEOUT", with_="300"),
    "label-node": Fault(kind="label-node", subject=ObjectRef(kind="Node", name="node-1"), labels={"zone": "", "new": "1"}),
    "delete-pod": Fault(kind="delete-pod", subject=ObjectRef(kind="Pod", labels={"app": "web"})),
}


def state(kube: FakeKube) -> dict[str, Any]:
    return {
        "replicas": kube.one("Deployment", "web")["spec"]["replicas"],
        "text": kube.one("ConfigMap", "routes")["data"]["rds"],
        "containers": kube.one("Deployment", "web")["spec"]["template"]["spec"]["containers"],
        "labels": kube.one("Node", "node-1")["metadata"]["labels"],
        "pods": len([obj for obj in kube.store.values() if obj["kind"] == "Pod"]),
    }


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_changes_something_and_its_undoing_puts_it_back(tmp_path: Path, kube: FakeKube, name: str) -> None:
    run, before, written = small_run(tmp_path, kube), state(kube), len(kube.writes)
    entry = await faults.begin(run, FAULTS[name])
    assert len(kube.writes) > written
    assert name == "delete-pod" or state(kube) != before
    assert [one.id for one in take(run).faults] == [entry.id]
    await faults.undo(run, entry)
    assert state(kube) == before
    assert run.journal.pending() == []
    assert take(run).faults == ()


@pytest.mark.parametrize("name", FAULTS)
async def test_the_next_meshlab_undoes_what_a_killed_one_left(tmp_path: Path, kube: FakeKube, name: str) -> None:
    before = state(kube)
    await faults.begin(small_run(tmp_path, kube), FAULTS[name])
    undone = await faults.undo_all(small_run(tmp_path, kube))
    assert [one.kind for one in undone] == [FAULTS[name].kind]
    assert state(kube) == before
    assert await faults.undo_all(small_run(tmp_path, kube)) == []


class Killed(Exception):
    pass


@pytest.mark.parametrize("name", FAULTS)
async def test_killed_between_the_journal_and_the_fault(tmp_path: Path, kube: FakeKube, name: str) -> None:
    run, before = small_run(tmp_path, kube), state(kube)

    def die(_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        await faults.begin(run, FAULTS[name], opened=die)
    assert state(kube) == before
    await faults.undo_all(run)
    assert state(kube) == before


async def test_undone_newest_first(tmp_path: Path, kube: FakeKube) -> None:
    run = small_run(tmp_path, kube)
    await faults.begin(run, line())
    await faults.begin(run, Fault(kind="config-line", subject=ROUTES, key="rds", replace="2s", with_="3s"))
    assert kube.one("ConfigMap", "routes")["data"]["rds"] == "timeout: -1s\nother: 3s\n"
    assert [one.kind for one in await faults.undo_all(run)] == ["config-line", "config-line"]
    assert kube.one("ConfigMap", "routes")["data"]["rds"] == TEXT


async def test_what_the_learner_wrote_meanwhile_stays(tmp_path: Path, kube: FakeKube) -> None:
    run = small_run(tmp_path, kube)
    entry = await faults.begin(run, line())
    kube.edit("ConfigMap", "routes", lambda obj: obj.update(data={"rds": obj["data"]["rds"] + "mine: 4s\n"}))
    await faults.undo(run, entry)
    assert kube.one("ConfigMap", "routes")["data"]["rds"] == TEXT + "mine: 4s\n"


MISSING = [
    Fault(kind="scale", subject=ObjectRef(api_version="apps/v1", kind="Deployment", name="nobody"), replicas=0),
    Fault(kind="config-line", subject=ROUTES, key="rds", replace="9s", with_="8s"),
    Fault(kind="config-line", subject=ROUTES, key="lds", replace="1s", with_="8s"),
    Fault(kind="set-env", subject=WEB, key="NOBODY", with_="1"),
    Fault(kind="delete-pod", subject=ObjectRef(kind="Pod", labels={"app": "nobody"})),
    Fault(kind="label-node", subject=ObjectRef(kind="Node", name="node-9"), labels={"zone": "b"}),
    Fault(kind="slow-service", subject=ObjectRef(kind="Pod", labels={"app": "nobody"}), milliseconds=5),
]


@pytest.mark.parametrize("fault", MISSING, ids=lambda fault: fault.kind)
async def test_a_missing_target_is_the_environments_fault_and_nothing_is_done(
    tmp_path: Path, kube: FakeKube, fault: Fault
) -> None:
    run, written = small_run(tmp_path, kube), list(kube.writes)
    with pytest.raises(EnvironmentFault, match="no target"):
        await faults.begin(run, fault)
    assert kube.writes == written
    assert run.journal.pending() == []


async def test_a_target_that_is_gone_needs_no_undoing(tmp_path: Path, kube: FakeKube) -> None:
    run = small_run(tmp_path, kube)
    for fault in (FAULTS["scale"], FAULTS["config-line"]):
        await faults.begin(run, fault)
    kube.remove(("apps", "Deployment", "shop", "web"))
    kube.remove(("", "ConfigMap", "shop", "routes"))
    assert len(await faults.undo_all(run)) == 2


async def test_what_cannot_be_undone_stays_in_the_journal(tmp_path: Path, kube: FakeKube) -> None:
    run = small_run(tmp_path, kube)
    await faults.begin(run, FAULTS["scale"])
    run.clients._kubes.clear()
    run.engine.state = "paused"  # type: ignore[attr-defined]
    with pytest.raises(EnvironmentFault, match="could not be undone"):
        await faults.undo_all(run)
    assert len(run.journal.pending()) == 1


async def test_a_learners_fault_is_seen_when_it_is_there(tmp_path: Path, kube: FakeKube) -> None:
    run = small_run(tmp_path, kube)
    entry = await faults.begin(run, FAULTS["scale"], apply=False)
    assert not await faults.in_force(run, entry)
    kube.edit("Deployment", "web", lambda obj: obj["spec"].update(replicas=0), manager="kubectl")
    assert await faults.in_force(run, entry)
    await faults.undo(run, entry)
    assert state(kube)["replicas"] == 1


def test_new_clusters_have_no_old_faults(tmp_path: Path) -> None:
    run: Run = small_run(tmp_path)
    from meshlab.run.store.journal import Entry

    run.journal.open(Entry(id="f1", fault=FAULTS["scale"]))
    faults.forget_all(run)
    assert run.journal.pending() == []
    assert isinstance(run.log.read()[-1], events.FaultUndone)


async def test_a_variable_is_one_write_a_workload_and_nothing_else_of_it_changes(tmp_path: Path, kube: FakeKube) -> None:
    run, before = small_run(tmp_path, kube), kube.one("Deployment", "web")["spec"]["template"]["spec"]["containers"]
    kube.writes.clear()
    entry = await faults.begin(run, FAULTS["set-env"])
    after = kube.one("Deployment", "web")["spec"]["template"]["spec"]["containers"]
    assert [kind for _, kind, _ in kube.writes].count("Deployment") == 1
    assert after == [{**before[0], "env": [{"name": "A", "value": "1"}, {"name": "TIMEOUT", "value": "300"}]}]
    assert await faults.in_force(run, entry)


@pytest.mark.parametrize("nudge", [True, False])
async def test_readers_are_nudged_only_where_they_should_be(tmp_path: Path, kube: FakeKube, nudge: bool) -> None:
    run = small_run(tmp_path, kube)
    kube.writes.clear()
    entry = await faults.begin(run, line(nudge=nudge))
    assert ("Pod" in [kind for _, kind, _ in kube.writes]) == nudge
    kube.writes.clear()
    await faults.undo(run, entry)
    assert "Pod" in [kind for _, kind, _ in kube.writes], "what is taken back comes back at once"
