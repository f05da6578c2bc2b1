"""Images from the container engine into nodes: one `docker save`, and a `ctr import` of it in every node.

`kind load` is not used: it begins when the cluster is ready, and breaks on engines that keep images in containerd.
"""

from __future__ import annotations

import asyncio
import errno
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from meshlab.cluster.cancelling import stop, to_the_end, together
from meshlab.cluster.poll import until
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import MOUNT, EngineFacts, Node, docker, full
from meshlab.cluster.programs.engine_api import program
from meshlab.cluster.programs.process import run
from meshlab.cluster.track import Track
from meshlab.errors import EngineError
from meshlab.files import writing
from meshlab.words import Words

PHASE = "load-images"
CONTAINERD_WITHIN = 90.0


async def load(nodes: list[Node], refs: list[str], facts: EngineFacts, track: Track, folder: Path) -> None:
    """Put the images into each node that runs pods and lacks one. EngineError when the engine itself lacks one.

    folder: where there is room for them for a while; best the one that the nodes have mounted.
    """
    track.running(PHASE, total=len(refs))
    ids = await known(refs)
    nodes = running_pods(nodes)
    missing = await asyncio.gather(*(lacking(node, ids) for node in nodes))
    takers = [node for node, lacks in zip(nodes, missing, strict=True) if lacks]
    wanted = [ref for ref in refs if any(ref in lacks for lacks in missing)]
    if not wanted:
        track.done(PHASE, done=len(refs), total=len(refs), detail=Words("waits.all-there"))
        return
    track.running(PHASE, done=len(refs) - len(wanted), total=len(refs), detail=", ".join(wanted))
    async with archive(wanted, facts, folder) as saving:
        await pour(await saving, takers)
    track.done(PHASE, done=len(refs), total=len(refs))


def running_pods(nodes: list[Node]) -> list[Node]:
    """Those that pods are put on: a control plane only where it is alone (kind taints it otherwise)."""
    return [node for node in nodes if node.role == "worker"] or nodes


async def known(refs: list[str]) -> dict[str, str]:
    """Their ids in the engine. EngineError names those that it lacks."""
    ids = await containers.image_ids(refs)
    absent = [ref for ref in refs if ref not in ids]
    if absent:
        raise EngineError("image.absent", images=", ".join(absent))
    return ids


async def lacking(node: Node, ids: dict[str, str]) -> set[str]:
    """Which of the images a node does not have under that name with that content."""
    listed = (await docker("exec", node.name, *CTR, "images", "ls", deadline=30)).text.splitlines()
    rows = [line.split() for line in listed[1:]]
    names = {row[0]: row[2] for row in rows if len(row) > 2}
    # containerd's names for images of the CRI: the config's digest, which is the engine's id in its classic store.
    return {ref for ref, ident in ids.items() if full(ref) not in names or ident not in {*names, names[full(ref)]}}


async def containerd_answers(node: Node, within: float = CONTAINERD_WITHIN) -> None:
    """Wait until a node can take images: seconds after it started, long before Kubernetes runs. EngineError."""

    async def silent() -> str:
        return "containerd" if (await docker("exec", node.name, *CTR, "version", deadline=20, check=False)).code else ""

    error = EngineError("image.containerd-silent", node=node.name, seconds=within)
    await until(silent, within, interval=0.3, late=lambda _: error)


FILE = "images.tar"
DEADLINE = 900.0
"""Seconds for one archive, or for one node's import."""
CTR = ("ctr", "-n", "k8s.io")
IMPORT = (*CTR, "images", "import", "--digests", "--snapshotter=overlayfs")
FULL = "no space left on device"


@asynccontextmanager
async def archive(refs: list[str], facts: EngineFacts, folder: Path) -> AsyncIterator[asyncio.Task[Path]]:
    """Write it into the folder from now on; a task to await. It is gone when the context ends. EngineError, DiskFull."""
    file = folder / FILE
    saving = asyncio.ensure_future(_save(refs, facts, file))
    try:
        yield saving
    finally:
        await to_the_end(stop([saving]))
        file.unlink(missing_ok=True)


async def _save(refs: list[str], facts: EngineFacts, file: Path) -> Path:
    # With containerd's store an image is an index of several platforms, most of which are not there.
    platform = ("--platform", f"linux/{facts.arch}") if facts.containerd_store else ()
    # Docker writes as many images into one archive as it is asked for; Podman does when it is told so.
    several = ("--multi-image-archive",) if program() == "podman" else ()
    with writing(file), file.open("wb") as out:
        file.chmod(0o600)
        try:
            await run(program(), "save", *platform, *several, *map(full, refs), deadline=DEADLINE, stdout=out.fileno())
        except EngineError as error:
            if FULL in str(error):
                raise OSError(errno.ENOSPC, FULL) from error
            raise
    return file


async def pour(file: Path, nodes: list[Node]) -> None:
    """The archive into all nodes at the same time. EngineError of whoever fails, with its words."""
    await together(*(_into(file, node) for node in nodes))


async def _into(file: Path, node: Node) -> None:
    if await _seen(file, node):
        await run(program(), "exec", node.name, *IMPORT, f"{MOUNT}/{file.name}", deadline=DEADLINE, stdout=DEVNULL)
        return
    with file.open("rb") as source:
        argv = (program(), "exec", "-i", node.name, *IMPORT, "-")
        await run(*argv, deadline=DEADLINE, stdin=source.fileno(), stdout=DEVNULL)


async def _seen(file: Path, node: Node) -> bool:
    """Whether the node's mount shows the same file, whole and readable: not with an engine on another machine."""
    size = ("sh", "-c", 'test -r "$0" && stat -c %s "$0"', f"{MOUNT}/{file.name}")
    told = await docker("exec", node.name, *size, deadline=30, check=False)
    return told.code == 0 and told.text.strip() == str(file.stat().st_size)
