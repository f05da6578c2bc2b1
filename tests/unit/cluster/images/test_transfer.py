"""Images into nodes, with a program in the place of Docker's that plays engine and nodes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meshlab.cluster.images import transfer
from meshlab.cluster.programs.containers import EngineFacts, Node
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import DiskFull, EngineError
from tests.unit.cluster.engine_socket import EngineSocket

FACTS = EngineFacts(version="20.10.24+dfsg1", arch="amd64", cgroup=1, containerd_store=False, memory_mib=0, cpus=2)
PROGRAM = """#!/bin/sh
echo "$*" >> "$FAKE/asked"
case "$*" in
  save*) if [ -e "$FAKE/full" ]; then echo "write /dev/stdout: no space left on device" >&2; exit 1; fi
    head -c 3000000 /dev/zero ;;
  exec*" images ls") cat "$FAKE/$2.has" ;;
  exec*" images import "*)
    into=$2; [ "$2" = -i ] && into=$3
    if [ -e "$FAKE/$into.broken" ]; then echo "no space left" >&2; exit 1; fi
    if [ "$2" = -i ]; then cat; else cat "$FAKE/mount/images.tar"; fi > "$FAKE/$into.got" ;;
  exec*stat*) [ -e "$FAKE/$2.sees" ] && stat -c %s "$FAKE/mount/images.tar" ;;
  exec*) exit 1 ;;
esac
"""
HEAD = "REF TYPE DIGEST SIZE PLATFORMS LABELS\n"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: EngineSocket) -> Path:
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE", str(tmp_path))
    (tmp_path / "mount").mkdir()
    engine.image("web:1", "sha256:aa")
    engine.image("envoyproxy/envoy:v1", "sha256:bb")
    for name in ("cp", "w1", "w2"):
        (tmp_path / f"{name}.has").write_text(HEAD)
    return tmp_path


def node(name: str, role: str = "worker") -> Node:
    return Node(id=name, name=name, cluster="meshlab-a", role=role, state="running")


NODES = [node("cp", "control-plane"), node("w1"), node("w2")]


async def loaded(refs: list[str], nodes: list[Node] = NODES, facts: EngineFacts = FACTS) -> list[Progress]:
    mount = Path(os.environ["FAKE"]) / "mount"
    events: list[Progress] = []
    await transfer.load(nodes, refs, facts, Track(events.append), mount)
    return events


async def test_one_archive_goes_whole_into_every_worker(fake: Path) -> None:
    events = await loaded(["web:1", "envoyproxy/envoy:v1"])
    assert (events[-1].state, events[-1].done, events[-1].total) == ("done", 2, 2)
    for name in ("w1", "w2"):
        assert (fake / f"{name}.got").stat().st_size == 3_000_000
    assert not (fake / "cp.got").exists()
    assert not list((fake / "mount").iterdir())
    asked = (fake / "asked").read_text().splitlines()
    assert [one for one in asked if one.startswith("save")] == ["save docker.io/library/web:1 docker.io/envoyproxy/envoy:v1"]


async def test_a_node_that_sees_the_file_reads_it_and_another_is_sent_it(fake: Path) -> None:
    (fake / "w1.sees").touch()
    await loaded(["web:1"])
    for name in ("w1", "w2"):
        assert (fake / f"{name}.got").stat().st_size == 3_000_000
    imports = sorted(one for one in (fake / "asked").read_text().splitlines() if " images import " in one)
    assert (imports[0][:10], imports[0][-2:]) == ("exec -i w2", " -")
    assert (imports[1][:7], imports[1].split()[-1]) == ("exec w1", "/etc/kubernetes/meshlab/images.tar")


async def test_a_full_disk_is_said_and_nothing_stays_on_it(fake: Path) -> None:
    (fake / "full").touch()
    with pytest.raises(DiskFull, match=r"images\.tar could not be written"):
        await loaded(["web:1"])
    assert not list((fake / "mount").iterdir())


async def test_a_control_plane_that_is_alone_runs_pods(fake: Path) -> None:
    await loaded(["web:1"], NODES[:1])
    assert (fake / "cp.got").exists()


async def test_only_what_is_missing_goes_only_where_it_is_missing(fake: Path) -> None:
    has = HEAD + "docker.io/library/web:1 type sha256:11 1MiB linux/amd64 -\nsha256:aa type sha256:11 1MiB linux/amd64 -\n"
    (fake / "w1.has").write_text(has)
    await loaded(["web:1"])
    assert not (fake / "w1.got").exists()
    assert (fake / "w2.got").exists()
    (fake / "w2.has").write_text(has)
    assert (await loaded(["web:1"]))[-1].detail == "all there"


async def test_an_old_image_under_the_same_name_is_replaced(fake: Path) -> None:
    for name in ("w1", "w2"):
        (fake / f"{name}.has").write_text(HEAD + "docker.io/library/web:1 type sha256:99 1MiB linux/amd64 -\nsha256:99 t d\n")
    await loaded(["web:1"])
    assert (fake / "w1.got").exists()


async def test_an_image_that_the_engine_lacks_is_named(fake: Path) -> None:
    with pytest.raises(EngineError, match="does not have nothing:1"):
        await loaded(["web:1", "nothing:1"])


async def test_a_node_that_refuses_is_told_with_its_words(fake: Path) -> None:
    (fake / "w2.broken").touch()
    with pytest.raises(EngineError, match=r"exec -i w2 .* ended with code 1: no space left"):
        await loaded(["web:1"])


async def test_an_engine_that_keeps_images_in_containerd_is_told_the_platform(fake: Path) -> None:
    facts = EngineFacts(version="29.0.0", arch="arm64", cgroup=2, containerd_store=True, memory_mib=0, cpus=2)
    await loaded(["web:1"], facts=facts)
    assert "save --platform linux/arm64 docker.io/library/web:1" in (fake / "asked").read_text().splitlines()


async def test_a_containerd_that_never_answers_is_said(fake: Path) -> None:
    with pytest.raises(EngineError, match="containerd in node w1 did not answer"):
        await transfer.containerd_answers(node("w1"), within=0.01)


async def test_podman_is_told_to_write_several_images(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fake / "bin" / "podman").symlink_to(fake / "bin" / "docker")
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")
    async with transfer.archive(["web:1", "shop:1"], FACTS, fake) as saving:
        await saving
    asked = (fake / "asked").read_text().splitlines()
    assert asked == ["save --multi-image-archive docker.io/library/web:1 docker.io/library/shop:1"]
