"""Images of the container engine in one file, and from there into nodes.

A node reads the file itself where the engine shares the host's files (each node has the folder mounted); elsewhere it is
written to the node. Bytes never go through this process, which has an interface to draw meanwhile.
"""

from __future__ import annotations

import asyncio
import errno
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from meshlab.cluster.cleanup import stop, to_the_end
from meshlab.cluster.containers import EngineFacts, Node, docker, program
from meshlab.cluster.disk import writing
from meshlab.cluster.kindconfig import MOUNT
from meshlab.cluster.process import run
from meshlab.errors import EngineError

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
    with writing(file), file.open("wb") as out:
        file.chmod(0o600)
        try:
            await run(program(), "save", *platform, *refs, deadline=DEADLINE, stdout=out.fileno())
        except EngineError as error:
            if FULL in error.message:
                raise OSError(errno.ENOSPC, FULL) from error
            raise
    return file


async def pour(file: Path, nodes: list[Node]) -> None:
    """The archive into all nodes at the same time. EngineError of whoever fails, with its words."""
    imports = [asyncio.ensure_future(_into(file, node)) for node in nodes]
    try:
        await asyncio.gather(*imports)
    finally:
        await to_the_end(stop(imports))


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
