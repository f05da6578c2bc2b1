"""Cancelled or killed at any moment, the making of a cluster leaves nothing behind."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.kind.engine import KindEngine
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import docker
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import EngineError

pytestmark = pytest.mark.cluster

PINS = load_pins().images
CLUSTER = "meshlab-engine-c"
SPEC = ClusterSpec(name="engine-c", node_image=PINS["node"].ref, workers=1)
IMAGES = [PINS["base"].ref]


def processes() -> list[str]:
    """Command lines that name the cluster, other than those of containers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            own = (entry / "ns" / "pid").readlink() == Path("/proc/self/ns/pid").readlink()
            if own and any(CLUSTER in word for word in words) and Path(words[0]).name in ("kind", "docker", "sh"):
                found.append(" ".join(words))
    return found


async def dangling() -> set[str]:
    return set((await docker("volume", "ls", "-q", "--filter", "dangling=true")).text.split())


async def is_clean(folder: Path, before: set[str]) -> None:
    assert await containers.nodes(CLUSTER) == []
    assert processes() == []
    assert await dangling() <= before
    assert not folder.exists()


@pytest.mark.parametrize("phase", ["configure", "create-nodes", "control-plane", "load-images"])
async def test_cancelling_leaves_nothing(tmp_path: Path, phase: str) -> None:
    folder, before = tmp_path / "engine-c", await dangling()
    reached = asyncio.Event()

    def tell(event: Progress) -> None:
        if (event.phase, event.state) == (phase, "running"):
            reached.set()

    task = asyncio.create_task(KindEngine().create(SPEC, folder, IMAGES, track=Track(tell)))
    async with asyncio.timeout(120):
        await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await is_clean(folder, before)


async def test_cancelling_while_the_engine_starts_nodes_leaves_nothing(tmp_path: Path) -> None:
    folder, before = tmp_path / "engine-c", await dangling()
    task = asyncio.create_task(KindEngine().create(SPEC, folder, track=Track()))
    for _ in range(600):
        if await containers.nodes(CLUSTER):
            break
        await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await is_clean(folder, before)


async def test_a_failure_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    folder, before = tmp_path / "engine-c", await dangling()
    spec = ClusterSpec(name="engine-c", node_image="meshlab/no-such-node:v1.34.2", workers=0)
    seen: list[Progress] = []
    with pytest.raises(EngineError, match="ended with code"):
        await KindEngine().create(spec, folder, track=Track(seen.append))
    assert (seen[-1].phase, seen[-1].state) == ("node-image", "failed")
    await is_clean(folder, before)


MAKE = """
import asyncio, sys
from pathlib import Path
from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind.engine import KindEngine
from meshlab.cluster.track import Track
async def main():
    spec = ClusterSpec(name="engine-c", node_image=sys.argv[1], workers=1)
    track = Track(lambda event: print(event.phase, event.state, flush=True))
    await KindEngine().create(spec, Path(sys.argv[2]), sys.argv[3:], track=track)
asyncio.run(main())
"""


@pytest.mark.parametrize("phase", ["create-nodes", "control-plane"])
async def test_what_a_killed_meshlab_left_is_found_and_removed(tmp_path: Path, phase: str) -> None:
    folder, before = tmp_path / "engine-c", await dangling()
    argv = [sys.executable, "-c", MAKE, SPEC.node_image, str(folder), *IMAGES]
    victim = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert victim.stdout is not None
    async with asyncio.timeout(120):
        while (await victim.stdout.readline()).decode().strip() != f"{phase} running":
            assert not victim.stdout.at_eof()
    victim.kill()
    await victim.communicate()
    await nothing_runs()
    assert OwnFiles(folder).incomplete
    engine = KindEngine()
    found = await engine.find("engine-c", folder)
    assert found is None or found.state == "partial"
    await engine.delete("engine-c", folder)
    await is_clean(folder, before)


async def nothing_runs() -> None:
    for _ in range(200):
        if not processes():
            return
        await asyncio.sleep(0.1)
    assert processes() == []
