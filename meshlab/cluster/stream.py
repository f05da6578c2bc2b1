"""Images from the container engine into nodes: one `docker save`, and a `ctr import` of it in every node.

`kind load` is not used: it begins when the cluster is ready, and breaks on engines that keep images in containerd.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from meshlab.cluster import containers
from meshlab.cluster.archive import CTR, archive, pour
from meshlab.cluster.containers import EngineFacts, Node, docker, full
from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import EngineError

PHASE = "load-images"
CONTAINERD_WITHIN = 90.0


async def load(
    nodes: list[Node], refs: list[str], facts: EngineFacts, track: Track, folder: Path
) -> AsyncGenerator[Progress, None]:
    """Put the images into each node that runs pods and lacks one. EngineError when the engine itself lacks one.

    folder: where there is room for them for a while; best the one that the nodes have mounted.
    """
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
    async with archive(wanted, facts, folder) as saving:
        await pour(await saving, takers)
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
