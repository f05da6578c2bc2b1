"""Kind clusters: what a creation that did not end says and leaves, and how one without its kubeconfig is recovered."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind import engine as module
from meshlab.cluster.kind.creation import Creation
from meshlab.cluster.kind.engine import KindEngine
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import EngineFacts, Node
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Estimates, Track
from meshlab.errors import EngineError

SPEC = ClusterSpec(name="main", workers=0, node_image="node@sha256:0")
KIND = """#!/bin/sh
echo "$@" > "${0%/*}/asked"
while [ $# -gt 1 ]; do shift; done
echo written > "$1"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cluster of one running node, without its kubeconfig, and a program kind that writes one."""
    folder = tmp_path / "main"
    files = OwnFiles(folder)
    files.begin(SPEC)
    files.complete()
    program = tmp_path / "bin" / "kind"
    program.parent.mkdir()
    program.write_text(KIND)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    node = Node(
        id="1", name="meshlab-main-control-plane", cluster="meshlab-main", role="control-plane", state="running", ports={}
    )

    async def nodes(*_: object) -> list[Node]:
        return [node]

    async def facts() -> EngineFacts:
        return EngineFacts(version="29.0.0", arch="amd64", cgroup=2, containerd_store=False, memory_mib=8000, cpus=2)

    async def now() -> float:
        return 0.0

    async def ready(*_: object, track: Track, **__: object) -> None:
        assert (folder / "kubeconfig").read_text() == "written\n", "the API is asked before there is a way to it"
        track.done("api")

    monkeypatch.setattr(module, "own_nodes", nodes)
    monkeypatch.setattr(module, "engine_time", now)
    monkeypatch.setattr(module, "wait_ready", ready)
    monkeypatch.setattr(containers, "facts", facts)
    return folder


async def test_it_is_unreachable_until_it_is_recovered(folder: Path, tmp_path: Path) -> None:
    engine = KindEngine()
    info = await engine.find("main", folder)
    assert info is not None
    assert info.state == "unreachable"
    events: list[Progress] = []
    await engine.recover(info, Track(events.append))
    assert [event.phase for event in events if event.state == "done"] == ["start-nodes", "api"]
    asked = (tmp_path / "bin" / "asked").read_text().split()
    assert asked == ["export", "kubeconfig", "--name", "meshlab-main", "--kubeconfig", str(folder / "kubeconfig")]
    found = await engine.find("main", folder)
    assert found is not None
    assert found.state == "running"


class Making:
    """The engine, with a creation that is only played."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.events: list[Progress] = []
        self.deleted = 0
        self.slow = asyncio.Event()
        monkeypatch.setattr(KindEngine, "delete", self._delete)

    async def make(self) -> None:
        await KindEngine().create(SPEC, self.folder, track=Track(self.events.append, Estimates(self.folder.parent)))

    async def _delete(self, *_: object) -> None:
        await asyncio.sleep(0.01)
        self.deleted += 1

    def told(self) -> list[tuple[str, str, str]]:
        return [(event.phase, event.state, event.detail) for event in self.events if event.state != "planned"]


@pytest.fixture
def making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Making:
    async def nodes(*_: object) -> list[Node]:
        return []

    async def facts() -> EngineFacts:
        return EngineFacts(version="29.0.0", arch="amd64", cgroup=2, containerd_store=False, memory_mib=8000, cpus=2)

    monkeypatch.setattr(module, "own_nodes", nodes)
    monkeypatch.setattr(containers, "nodes", nodes)
    monkeypatch.setattr(containers, "facts", facts)
    return Making(tmp_path / "main", monkeypatch)


async def test_all_phases_are_announced_and_what_they_took_is_learned(making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(self: Creation, *_: object) -> None:
        with self._track.phase("create-nodes"):
            pass

    monkeypatch.setattr(Creation, "run", run)
    await making.make()
    planned = [event.phase for event in making.events if event.state == "planned"]
    assert planned == KindEngine().phases(SPEC)
    assert Estimates(making.folder.parent).get("create-nodes") is not None
    assert making.deleted == 1, "only to make room"


async def test_what_had_begun_when_a_creation_failed_is_told_and_all_of_it_removed(
    making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(self: Creation, *_: object) -> None:
        self._track.running("create-nodes")
        self._track.running("load-images")
        raise EngineError("other", sentence="kind is gone", hint="")

    monkeypatch.setattr(Creation, "run", run)
    with pytest.raises(EngineError, match="kind is gone"):
        await making.make()
    assert making.told()[2:] == [("create-nodes", "failed", "kind is gone"), ("load-images", "failed", "kind is gone")]
    assert making.deleted == 2
    assert Estimates(making.folder.parent).get("create-nodes") is None


async def test_a_creation_that_fails_and_can_tell_nobody_is_removed_all_the_same(
    making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(self: Creation, *_: object) -> None:
        self._track.running("create-nodes")
        raise EngineError("other", sentence="kind is gone", hint="")

    def closed_pipe(event: Progress) -> None:
        if event.state == "failed":
            raise BrokenPipeError

    monkeypatch.setattr(Creation, "run", run)
    with pytest.raises(BrokenPipeError):
        await KindEngine().create(SPEC, making.folder, track=Track(closed_pipe))
    assert making.deleted == 2


async def test_a_creation_that_is_cancelled_again_and_again_still_removes_all(
    making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(self: Creation, *_: object) -> None:
        self._track.running("create-nodes")
        making.slow.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Creation, "run", run)
    task = asyncio.create_task(making.make())
    await making.slow.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert making.told() == [("create-nodes", "running", "")]
    assert making.deleted == 2
