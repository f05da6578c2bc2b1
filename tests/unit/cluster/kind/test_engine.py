"""A kubeconfig that was deleted: the cluster is called unreachable, and recovering it writes the file anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind import engine as module
from meshlab.cluster.kind.engine import KindEngine
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import EngineFacts, Node
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track

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
