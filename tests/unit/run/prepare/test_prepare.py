"""From whatever there is to a lab that is ready: made, taken up again, cleaned of others, and given up without a trace."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from meshlab.cluster.api import Capabilities, ClusterSpec
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import ClusterError, EnvironmentFault, LockedError, PreparationTimeout
from meshlab.lab.address import ObjectRef
from meshlab.lab.catalog import catalog
from meshlab.lab.model import Fault
from meshlab.run import clients, faults
from meshlab.run.accounts import learner, submission
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.clusters import lab_clusters, removal, usable
from meshlab.run.prepare import preparation, prepare, stages
from meshlab.run.run import Run
from meshlab.run.snapshot import take
from meshlab.run.store import events
from meshlab.run.store.journal import Entry
from meshlab.run.system import parts
from tests.unit.run.fake_controllers import workloads
from tests.unit.run.fake_engine import MemoryEngine
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.prepare.test_reset import KEEP, SPACE, WEB
from tests.unit.run.small_run import LAB_ID, config_map, small_run, write_lab


class NoImages:
    """Images that are always there."""

    def __init__(self, *_: object, arch: str = "") -> None: ...

    async def resolve(self, names: list[str]) -> dict[str, str]:
        return {name: f"{name}:1" for name in names}

    async def values(self, names: list[str]) -> dict[str, str]:
        return {"image_" + name.rpartition("/")[2]: f"{name}:1" for name in names}

    async def ensure(self, names: list[str], track: Track) -> None:
        track.skipped("pull-images")


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine(workloads)


@pytest.fixture
def place(tmp_path: Path, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lab's folder, and a meshlab without images, shop and kubeconfigs."""
    folder = write_lab(tmp_path / "pack")
    for name, text in {"00-space": SPACE, "10-keep": KEEP, "20-web": WEB}.items():
        (folder / f"setup/start/{name}.yaml").write_text(text)

    async def nothing(*_: object, **__: object) -> None:
        return None

    async def none(*_: object, **__: object) -> list[str]:
        return []

    async def no_wait(*_: object, track: Track, **__: object) -> None:
        track.done("api")

    async def connect(self: clients.Clients, cluster: str) -> FakeKube:
        return engine.kubes[self.names.of(cluster)]

    for name in ("dns", "probes", "shop", "actors"):
        monkeypatch.setattr(usable, name, nothing)
    monkeypatch.setattr(learner, "ensure", nothing)
    monkeypatch.setattr(preparation, "Images", NoImages)
    monkeypatch.setattr(preparation, "stand_ins", none)
    monkeypatch.setattr(stages, "wait_ready", no_wait)
    monkeypatch.setattr(submission, "built_in", lambda _: True)
    monkeypatch.setattr(clients.Clients, "_connect", connect)
    return tmp_path


def a_run(place: Path, engine: MemoryEngine, **how: Any) -> Run:
    run = small_run(place, **how)
    run.clients._engine = engine  # type: ignore[assignment]
    return run


async def go(run: Run) -> list[Progress]:
    told: list[Progress] = []
    await prepare.prepare(run, Track(told.append))
    return told


def names(kube: FakeKube, kind: str) -> set[str]:
    return {key[3] for key in kube.store if key[1] == kind}


async def cancelled(run: Run, phase: str) -> None:
    """Cancel the preparation where the phase begins."""

    def tell(event: Progress) -> None:
        if event.phase == phase and event.state == "running":
            task.cancel()

    task = asyncio.ensure_future(prepare.prepare(run, Track(tell)))
    await task


async def test_from_nothing(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    told = await go(run)
    kube = engine.kubes[run.cluster_name()]
    assert names(kube, "ConfigMap") >= {"keep", "probe-plan", "occupant"}
    assert names(kube, "Deployment") == {"web"}
    assert run.values["edge_url"] == "http://127.0.0.1:12345"
    assert run.values["image_shop"] == "meshlab/shop:1"
    assert take(run).environment == "ready"
    planned = [event.phase for event in told if event.state == "planned"]
    assert planned == list(dict.fromkeys(planned))
    assert {event.phase for event in told} <= set(planned)
    assert [event.state for event in told[: len(planned)]] == ["planned"] * len(planned)


async def test_again_keeps_what_the_learner_did(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    kube = engine.kubes[run.cluster_name()]
    kube.add(config_map("mine"))
    kube.edit("ConfigMap", "keep", lambda obj: obj.update(data={"a": "mine"}))
    await go(a_run(place, engine))
    assert "mine" in names(kube, "ConfigMap")
    assert kube.one("ConfigMap", "keep")["data"] == {"a": "mine"}
    assert engine.asked.count(f"create {run.cluster_name()}") == 1


async def test_a_paused_cluster_is_woken_and_faults_are_undone(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    await removal.stop(run, Track())
    assert take(run).environment == "paused"
    web = ObjectRef(api_version="apps/v1", kind="Deployment", name="web")
    await faults.begin(run, Fault(kind="scale", subject=web, replicas=0))
    again = a_run(place, engine)
    await go(again)
    assert f"recover {run.cluster_name()}" in engine.asked
    assert engine.kubes[run.cluster_name()].one("Deployment", "web")["spec"]["replicas"] == 1
    prepared = again.state().prepared
    assert prepared is not None
    assert prepared.recovered


async def test_a_killed_reset_is_taken_up_again(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    kube = engine.kubes[run.cluster_name()]
    kube.edit("ConfigMap", "keep", lambda obj: obj.update(data={"a": "mine"}))
    kube.add(config_map("mine"))
    (run.folder / "resetting").write_text("second")
    again = a_run(place, engine)
    await go(again)
    assert kube.one("ConfigMap", "keep")["data"] == {"a": "1"}
    assert "mine" not in names(kube, "ConfigMap")
    assert kube.one("ConfigMap", "paint")["data"] == {"colour": "red"}
    assert take(again).current == "second"
    assert not (run.folder / "resetting").exists()


async def test_another_labs_leavings_go_and_the_cluster_stays(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    kube = engine.kubes[run.cluster_name()]
    await parts.occupy(kube, {"lab": "another"})
    kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "theirs"}})
    kube.add(config_map("theirs"))
    await go(a_run(place, engine))
    assert "theirs" not in names(kube, "Namespace") | names(kube, "ConfigMap")
    assert names(kube, "Deployment") == {"web"}
    assert engine.asked.count(f"create {run.cluster_name()}") == 1


async def test_a_killed_preparation_is_begun_anew(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    await parts.vacate(engine.kubes[run.cluster_name()])
    engine.kubes[run.cluster_name()].add(config_map("half-made"))
    await go(a_run(place, engine))
    assert "half-made" not in names(engine.kubes[run.cluster_name()], "ConfigMap")


async def test_a_cluster_that_does_not_fit_is_replaced(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    name = run.cluster_name()
    info = engine.infos[name]
    assert info.spec is not None
    engine.infos[name] = replace(info, spec=replace(info.spec, workers=0))
    await go(a_run(place, engine))
    assert engine.asked.count(f"create {name}") == 2


async def test_a_need_that_is_not_met_stops_before_anything_starts(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    poor = Capabilities(nodes=1, memory_mib=100)
    engine.infos[run.cluster_name()] = replace(engine.infos[run.cluster_name()], capabilities=poor)
    engine.asked.clear()
    with pytest.raises(EnvironmentFault, match="memory-mib"):
        await go(a_run(place, engine))
    assert engine.asked == []


@pytest.mark.parametrize(("kernel", "refused"), [(False, True), (True, False), (None, False)])
async def test_a_kernel_that_cannot_redirect_stops_a_lab_with_sidecars(
    place: Path, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch, kernel: bool | None, refused: bool
) -> None:
    async def answer() -> bool | None:
        return kernel

    (file,) = place.glob(f"pack/**/{LAB_ID}/lab.yaml")
    file.write_text(file.read_text() + "needs: {net-admin: true}\n")
    run = a_run(place, engine)
    monkeypatch.setattr(lab_clusters, "redirects", answer)
    wanted = [lab_clusters.LabCluster(key="main", spec=ClusterSpec(name="main", node_image="node:1"))]
    if refused:
        with pytest.raises(EnvironmentFault, match="net-admin"):
            await lab_clusters.check_needs(run, wanted)
    else:
        await lab_clusters.check_needs(run, wanted)


@pytest.mark.parametrize("after", ["create-nodes", "setup-start", "take-inventory"])
async def test_cancelling_removes_the_cluster_that_was_made(place: Path, engine: MemoryEngine, after: str) -> None:
    run = a_run(place, engine)
    with pytest.raises(asyncio.CancelledError):
        await cancelled(run, after)
    assert engine.infos == {}
    assert take(run).environment == "none"
    await go(a_run(place, engine))
    assert take(a_run(place, engine)).environment == "ready"


async def test_cancelling_leaves_a_cluster_that_was_there(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    await parts.occupy(engine.kubes[run.cluster_name()], {"lab": "another"})
    again = a_run(place, engine)
    with pytest.raises(asyncio.CancelledError):
        await cancelled(again, "setup-start")
    assert set(engine.infos) == {run.cluster_name()}
    assert await parts.occupant(engine.kubes[run.cluster_name()]) == {}
    assert take(again).environment == "degraded"


async def test_what_does_not_get_ready_is_told_and_can_be_tried_again(
    place: Path, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: Run) -> None:
        raise PreparationTimeout("other", sentence="The shop does not answer.", hint="")

    with monkeypatch.context() as patch:
        patch.setattr(usable, "shop", never)
        with pytest.raises(PreparationTimeout):
            await go(a_run(place, engine))
    assert take(a_run(place, engine)).environment == "degraded"
    await go(a_run(place, engine))
    assert take(a_run(place, engine)).environment == "ready"


async def test_only_one_at_a_time(place: Path, engine: MemoryEngine) -> None:
    with a_run(place, engine).lock("solve"), pytest.raises(LockedError, match="meshlab solve"):
        await asyncio.create_task(go(a_run(place, engine)))


async def test_down_removes_the_cluster_and_keeps_progress(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    before = take(run)
    await removal.down(run, Track())
    assert engine.infos == {}
    after = take(run)
    assert after.environment == "none"
    assert after.events > before.events


def another(place: Path, engine: MemoryEngine) -> Run:
    """A run of another lab, which shares the cluster of the small one: with a namespace more, and nothing of its objects."""
    folder = place / "pack" / "9-tail"
    if not folder.exists():
        shutil.copytree(place / "pack" / LAB_ID, folder)
        (folder / "setup/start/10-keep.yaml").unlink()
        (folder / "setup/start/05-more.yaml").write_text(SPACE.replace("shop", "more") + "---\n" + KEEP.replace("keep", "tail"))
    run = make_run(RunRequest(lab="9-tail", state=place / "state", packs=(place / "pack",)))
    run.clients._engine = engine  # type: ignore[assignment]
    return run


async def test_from_lab_to_lab_and_back(place: Path, engine: MemoryEngine) -> None:
    first = a_run(place, engine)
    await go(first)
    first.append(events.StepDone(step="first"), events.Moved(step="second"))
    kube = engine.kubes[first.cluster_name()]
    kube.add(config_map("mine"))
    await go(another(place, engine))
    assert {"tail"} <= names(kube, "ConfigMap")
    assert not {"keep", "mine"} & names(kube, "ConfigMap")
    assert "more" in names(kube, "Namespace")
    with pytest.raises(ClusterError, match="Another lab, 9-tail, was put on the cluster of 9-small"):
        await first.kube()
    for refused in (removal.stop(first, Track()), removal.down(first, Track())):
        with pytest.raises(ClusterError, match="9-tail"):
            await refused
    shown = take(first)
    assert (shown.environment, shown.current, [step.done for step in shown.steps]) == ("none", "second", [True, False])
    back = a_run(place, engine)
    await go(back)
    assert not {"tail", "mine"} & names(kube, "ConfigMap")
    assert "more" not in names(kube, "Namespace")
    assert kube.one("ConfigMap", "paint")["data"] == {"colour": "red"}, "what leads to the second step"
    assert (take(back).environment, take(back).current) == ("ready", "second")
    assert engine.asked.count(f"create {back.cluster_name()}") == 1
    assert another(place, engine).state().displaced == back.lab_id


async def test_a_lab_that_was_removed_comes_back_to_its_step(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    run.append(events.Moved(step="second"))
    await removal.down(run, Track())
    again = a_run(place, engine)
    await go(again)
    assert engine.kubes[again.cluster_name()].one("ConfigMap", "paint")["data"] == {"colour": "red"}
    assert take(again).current == "second"


async def test_nodes_are_repaired_for_the_next_lab(place: Path, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    undone = []

    class Paused:
        async def undo(self, _: object, fault: Fault, inverse: dict[str, Any]) -> None:
            undone.append((fault.kind, inverse))

    monkeypatch.setitem(faults.HANDLERS, "pause-node", Paused())
    run = a_run(place, engine)
    await go(run)
    for kind in ("scale", "pause-node"):
        fault = Fault(kind=kind, subject=ObjectRef(kind="Node", name="worker"))
        run.journal.open(Entry(id=kind, fault=fault, inverse={"was": kind}))
    await go(another(place, engine))
    assert undone == [("pause-node", {"was": "pause-node"})]
    assert run.journal.pending() == []


async def test_a_cluster_is_made_with_room_for_every_lab(place: Path, engine: MemoryEngine) -> None:
    run = a_run(place, engine)
    await go(run)
    spec = engine.infos[run.cluster_name()].spec
    assert spec is not None
    for entry in catalog():
        assert entry.loaded is not None
        if "main" in entry.loaded.lab.clusters:
            wanted = lab_clusters.spec_of(entry.loaded.lab, "main", run.cluster_name())
            assert lab_clusters.misfit(engine.infos[run.cluster_name()], wanted) == ""
