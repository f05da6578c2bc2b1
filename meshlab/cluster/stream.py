"""Images from the container engine straight into nodes: one `docker save`, its bytes to a `ctr import` in every node.

`kind load` is not used: it writes the whole archive to disk first and breaks on engines that keep images in containerd.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from meshlab.cluster import containers
from meshlab.cluster.containers import EngineFacts, Node, docker, full, program
from meshlab.cluster.process import failure, limit, started
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import EngineError

PHASE = "load-images"
CHUNK = 1 << 18
DEADLINE = 900.0
"""Seconds for one load."""
CONTAINERD_WITHIN = 90.0
CTR = ("ctr", "-n", "k8s.io")
IMPORT = ("--digests", "--snapshotter=overlayfs")


async def load(nodes: list[Node], refs: list[str], facts: EngineFacts, track: Track) -> AsyncGenerator[Progress, None]:
    """Put the images into each node that runs pods and lacks one. EngineError when the engine itself lacks one."""
    yield track.running(PHASE, total=len(refs))
    ids = await known(refs)
    nodes = running_pods(nodes)
    missing = await asyncio.gather(*(lacking(node, ids) for node in nodes))
    takers = [node for node, lacks in zip(nodes, missing, strict=True) if lacks]
    wanted = [ref for ref in refs if any(ref in lacks for lacks in missing)]
    if not wanted:
        yield track.done(PHASE, done=len(refs), total=len(refs), detail="all there")
        return
    yield track.running(PHASE, done=len(refs) - len(wanted), total=len(refs), detail=", ".join(wanted))
    async with archive(wanted, facts) as source:
        await pour(source, takers)
    yield track.done(PHASE, done=len(refs), total=len(refs))


def running_pods(nodes: list[Node]) -> list[Node]:
    """Those that pods are put on: a control plane only where it is alone (kind taints it otherwise)."""
    return [node for node in nodes if node.role == "worker"] or nodes


async def known(refs: list[str]) -> dict[str, str]:
    """Their ids in the engine. EngineError names those that it lacks."""
    ids = await containers.image_ids(refs)
    absent = [ref for ref in refs if ref not in ids]
    if absent:
        raise EngineError(f"The container engine has no image {', '.join(absent)}.", hint="Run `meshlab setup`.")
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
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while (await docker("exec", node.name, *CTR, "version", deadline=20, check=False)).code:
        if loop.time() > deadline:
            raise EngineError(f"containerd in node {node.name} did not answer within {within:g} seconds.")
        await asyncio.sleep(0.3)


@asynccontextmanager
async def archive(refs: list[str], facts: EngineFacts) -> AsyncIterator[Process]:
    """One archive of all images, on its stdout; layers that they share are in it once. The engine prepares it at once."""
    # With containerd's store an image is an index of several platforms, most of which are not there.
    platform = ("--platform", f"linux/{facts.arch}") if facts.containerd_store else ()
    async with started(program(), "save", *platform, *refs) as process:
        yield process


async def pour(source: Process, nodes: list[Node]) -> None:
    """The archive into all nodes at the same time. EngineError of whoever fails, with its words."""
    save = (program(), "save")
    into = [(program(), "exec", "-i", node.name, *CTR, "images", "import", *IMPORT, "-") for node in nodes]
    async with AsyncExitStack() as stack, limit(DEADLINE, save):
        takers = [await stack.enter_async_context(started(*argv, stdin=PIPE, stdout=DEVNULL)) for argv in into]
        words = [asyncio.ensure_future(_words(process)) for process in (source, *takers)]
        stack.callback(_cancel, words)
        broken = await _tee(source, takers)
        if broken is not None:
            # It has ended before its input did; what the others say now is only that theirs was cut off.
            raise failure(into[broken], await takers[broken].wait(), await words[broken + 1])
        for argv, process, said in zip((save, *into), (source, *takers), words, strict=True):
            if code := await process.wait():
                raise failure(argv, code, await said)


async def _tee(source: Process, takers: list[Process]) -> int | None:
    """Copy until the source ends (None) or a taker does (its number)."""
    assert source.stdout is not None
    pipes = [taker.stdin for taker in takers if taker.stdin is not None]
    try:
        while chunk := await source.stdout.read(CHUNK):
            for pipe in pipes:
                pipe.write(chunk)
            drained = await asyncio.gather(*(pipe.drain() for pipe in pipes), return_exceptions=True)
            for number, error in enumerate(drained):
                if isinstance(error, OSError):
                    return number
                if error is not None:
                    raise error
    finally:
        for pipe in pipes:
            pipe.close()
    return None


async def _words(process: Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.read()).decode(errors="replace")


def _cancel(tasks: list[asyncio.Task[str]]) -> None:
    for task in tasks:
        task.cancel()
