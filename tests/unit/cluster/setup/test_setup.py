"""The whole of setup, its engine, and the scripts that it runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.progress import Progress
from meshlab.cluster.setup import engine, setup
from meshlab.cluster.setup.environment import prepare, tools_folder
from meshlab.cluster.track import Track
from meshlab.errors import EngineError, EnvironmentFault, UsageError
from meshlab.lab.files.content import images_folder
from meshlab.words import tell
from tests.unit.cluster.setup.fake_machine import DOCKER, Machine

NODE, BASE = (load_pins().image(name).ref for name in ("node", "base"))
KUBECTL = 'echo \'{{"clientVersion": {{"gitVersion": "v{version}"}}}}\''


def with_tools(machine: Machine) -> None:
    machine.program("kind", f"echo {load_pins().tools['kind'].version}")
    machine.program("kubectl", KUBECTL.format(version=load_pins().tools["kubectl"].version))


@pytest.mark.usefixtures("engine_api")
async def test_everything_is_planned_then_had_in_order(machine: Machine) -> None:
    machine.engine()
    with_tools(machine)
    events: list[Progress] = []
    await setup(Track(events.append), bundle=machine.bundle(NODE, BASE), images=["node", "base"])
    names = ["docker", "kind", "kubectl", "node", "base"]
    assert [event.parameters["name"] for event in events if event.state == "planned"] == names
    done = [event for event in events if event.state == "done"]
    assert [event.parameters["name"] for event in done] == names
    assert [event.detail for event in done][-2:] == ["from the bundle", "is there (from the bundle)"]
    assert {event.phase for event in events} == {"setup-engine", "setup-tool", "setup-image"}


@pytest.mark.usefixtures("engine_api")
async def test_the_first_failure_is_told_and_ends_it(machine: Machine) -> None:
    machine.engine()
    with_tools(machine)
    events: list[Progress] = []
    with pytest.raises(EnvironmentFault, match=NODE):
        await setup(Track(events.append), images=["node", "base"])
    assert (events[-1].state, events[-1].parameters["name"]) == ("failed", "node")
    assert "no such host" in events[-1].detail


async def test_only_tools_need_no_engine(machine: Machine) -> None:
    with_tools(machine)
    events: list[Progress] = []
    await setup(Track(events.append), tools_only=True)
    assert [event.parameters["name"] for event in events if event.state == "done"] == ["kind", "kubectl"]


async def test_a_bundle_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        await setup(Track(), bundle=tmp_path / "none")


async def had() -> str:
    return tell(await engine.ensure_engine(lambda _: None))


@pytest.mark.usefixtures("engine_api")
async def test_an_engine_that_answers_is_left_alone(root: Machine) -> None:
    root.engine()
    assert await had() == "answers (99.1)"


@pytest.mark.parametrize(("there", "why"), [(True, "No such file or directory"), (False, "docker was not found")])
async def test_without_rights_the_way_is_explained(machine: Machine, there: bool, why: str) -> None:
    if there:
        machine.engine()
    with pytest.raises(EngineError, match=f"No container engine answers on this machine: .*{why}") as caught:
        await had()
    assert "Docker Desktop" in caught.value.hint


@pytest.mark.usefixtures("engine_api")
async def test_root_on_debian_gets_an_engine(root: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (root.root / "docker").write_text(DOCKER.format(root=root.root))
    script = f"cp {root.root}/docker {root.path}/docker; chmod 755 {root.path}/docker"
    monkeypatch.setattr(engine, "images_folder", lambda: root.scripts(engine__up=script))
    assert await had() == "started (99.1)"


@pytest.mark.parametrize(("script", "message"), [("true", "does not answer"), ("echo broken >&2; exit 1", "broken")])
async def test_an_engine_that_does_not_come_up_is_said(
    root: Machine, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    monkeypatch.setattr(engine, "images_folder", lambda: root.scripts(engine__up=script))
    with pytest.raises(EngineError, match=message):
        await had()


async def test_another_engine_than_docker_is_not_started(root: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")
    with pytest.raises(EngineError, match="podman was not found"):
        await had()


@pytest.mark.usefixtures("machine")
def test_our_programs_come_first_once() -> None:
    prepare()
    prepare()
    folders = os.environ["PATH"].split(os.pathsep)
    assert folders[0] == str(tools_folder())
    assert folders.count(str(tools_folder())) == 1


SCRIPTS = sorted((images_folder()).rglob("*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=[str(one.relative_to(images_folder())) for one in SCRIPTS])
def test_scripts_can_be_read(script: Path) -> None:
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 + 1], ids=["another program", "nobody"])
def test_down_ends_only_its_own_engine(tmp_path: Path, pid: int) -> None:
    file = tmp_path / "dockerd.pid"
    file.write_text(str(pid))
    env = os.environ | {"MESHLAB_ENGINE_STATE": str(tmp_path)}
    for _ in range(2):
        subprocess.run(["bash", images_folder() / "engine" / "down.sh"], env=env, check=True)
    assert not file.exists()
