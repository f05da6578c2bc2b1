"""The nodes of a cluster as containers: removed, frozen, stopped, started."""

from __future__ import annotations

import asyncio
from pathlib import Path

from meshlab.cluster.poll import Left, until
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import MOUNT, Node, docker
from meshlab.cluster.programs.engine_api import ask
from meshlab.errors import EngineError
from meshlab.timestamps import unix

REMOVE_WITHIN = 90.0
FORGET = ("conntrack", "-D", "-p", "tcp", "--state", "SYN_SENT")
STOP_GRACE = 4
"""Seconds: all processes of a node are told to end at once; etcd needs one, and many programs that are a container's first
never end by being told."""


async def own_nodes(cluster: str, mount: Path) -> list[Node]:
    """The cluster's nodes that were made from this folder: the name alone proves nothing."""
    return [node for node in await containers.nodes(cluster) if made_from(node, mount)]


def made_from(node: Node, mount: Path) -> bool:
    """Whether the node was made with that folder of the host in it."""
    source = node.mounts.get(MOUNT, "")
    # A virtual machine's engine shows the host's paths under a prefix of its own.
    return bool(source) and (Path(source) == mount or source.endswith(str(mount)) or Path(source).resolve() == mount.resolve())


async def remove_nodes(cluster: str, mount: Path) -> None:
    """Remove containers and their volumes, and again those that appear meanwhile. EngineError when some stay."""

    async def staying() -> str:
        found = await own_nodes(cluster, mount)
        if not found:
            return ""
        await thaw(found)
        # Removing can fail for a moment while the engine still starts one of them; the next round tries again.
        await containers.remove([node.id for node in found], deadline=REMOVE_WITHIN)
        return ", ".join(node.name for node in await own_nodes(cluster, mount))

    def late(names: Left) -> EngineError:
        return EngineError("cluster.nodes-not-removed", nodes=names or "", seconds=REMOVE_WITHIN)

    await until(staying, REMOVE_WITHIN, interval=0.05, late=late)


async def freeze(nodes: list[Node]) -> None:
    """Pause those that run."""
    await containers.pause([node.id for node in nodes if node.state == "running"])


async def thaw(nodes: list[Node]) -> None:
    """Let the paused ones go on."""
    await containers.unpause([node.id for node in nodes if node.state == "paused"])


async def stop_nodes(nodes: list[Node]) -> None:
    """Stop them all at once. What a pod has not ended within the grace it would not end later either."""
    await thaw(nodes)
    running = [node.id for node in nodes if node.state != "exited"]
    await containers.each(lambda engine, node: engine.stop(node, timeout=STOP_GRACE), running)


async def start_nodes(nodes: list[Node]) -> None:
    """Start the stopped ones in the order of their former addresses, so that they get the same ones again."""
    for node in sorted((node for node in nodes if node.state == "exited"), key=lambda node: node.name):
        await containers.each(lambda engine, node: engine.start(node), [node.id])


async def unstick(nodes: list[Node]) -> None:
    """Help pods of nodes that were started again to the API server, until this is cancelled.

    They start before kube-proxy has its rules. The kernel remembers their first, unanswered packet to a Service as one that
    goes nowhere, and so all that are sent again, until they give up after 30 seconds. Forgotten, the next one arrives.
    """
    while nodes:
        await asyncio.gather(*(docker("exec", node.id, *FORGET, deadline=10, check=False) for node in nodes))
        await asyncio.sleep(1)


async def engine_time() -> float:
    """Unix seconds by the engine's clock, which is its nodes' too."""
    said = str((await ask(lambda engine: engine.info())).get("SystemTime"))
    try:
        # Rounded down: Kubernetes' own times, with which this is compared, are whole seconds.
        return float(int(unix(said)))
    except ValueError as error:
        raise EngineError("engine.time", time=said) from error
