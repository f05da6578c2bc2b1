"""Whose cluster a node belongs to, told by the folder that it mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind import orphans
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs.containers import MOUNT, Node
from tests.unit.cluster.engine_socket import EngineSocket


@pytest.fixture
def files(tmp_path: Path) -> OwnFiles:
    return OwnFiles(tmp_path / "clusters" / "main")


@pytest.fixture
def begun(files: OwnFiles, spec: ClusterSpec) -> OwnFiles:
    files.begin(spec)
    return files


@pytest.fixture
def spec() -> ClusterSpec:
    return ClusterSpec(name="main", node_image="kindest/node:v1.34.2")


def test_a_cluster_whose_record_is_there_is_somebodys(begun: OwnFiles) -> None:
    assert not orphans.forgotten(str(begun.mount))
    assert not orphans.forgotten(f"/host_mnt{begun.mount}")


def test_a_folder_that_is_gone_belongs_to_nobody(files: OwnFiles) -> None:
    assert orphans.forgotten(str(files.mount))


def test_nor_does_the_empty_folder_that_a_restarted_engine_made(files: OwnFiles) -> None:
    files.mount.mkdir(parents=True)
    assert orphans.forgotten(str(files.mount))


@pytest.mark.parametrize("mount", [None, "/run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/4d9e39410bba"])
def test_in_doubt_it_is_somebodys(mount: str | None) -> None:
    assert not orphans.forgotten(mount)


def test_a_folder_that_cannot_be_read_is_somebodys(monkeypatch: pytest.MonkeyPatch, files: OwnFiles) -> None:
    def denied(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", denied)
    assert not orphans.forgotten(str(files.mount))


async def test_the_empty_folders_go_with_the_nodes(engine: EngineSocket, files: OwnFiles) -> None:
    for name in "abc":
        engine.node(name)
    files.mount.mkdir(parents=True)
    nodes = [
        Node(id=one, name=one, cluster="meshlab-main", role="", state="running", mounts={MOUNT: str(files.mount)})
        for one in "ab"
    ]
    await orphans.drop(nodes)
    assert set(engine.containers) == {"c"}
    assert not files.folder.exists()
