"""What the container engine has: kind's nodes by label, images; of the same engine that kind itself uses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from meshlab.cluster.programs.engine_api import ask, program
from meshlab.cluster.programs.process import Finished, run
from meshlab.errors import EngineError
from meshlab.timestamps import unix

if TYPE_CHECKING:
    from docker import APIClient

CLUSTER_LABEL = "io.x-k8s.kind.cluster"
ROLE_LABEL = "io.x-k8s.kind.role"
PREFIX = "meshlab-"
"""Of the names of all clusters that meshlab makes."""
MOUNT = "/etc/kubernetes/meshlab"
"""Where a node finds the folder of its cluster: the audit policy, archives of images. Its source tells which folder that is."""


class Node(Struct, frozen=True, kw_only=True):
    """A node of a kind cluster: one container."""

    id: str
    name: str
    cluster: str
    """With the prefix."""
    role: str
    state: str
    """running, paused or exited"""
    started: float = 0.0
    """Unix seconds by the engine's clock."""
    ip: str = ""
    ports: dict[int, int] = field(default_factory=dict)
    """Container port to port on 127.0.0.1."""
    mounts: dict[str, str] = field(default_factory=dict)
    """Path in the node to path on the host."""


async def docker(*argv: str, deadline: float = 60, check: bool = True, env: dict[str, str] | None = None) -> Finished:
    """Run the engine's program, for what streams or must be cut off: run, exec, build, pull, save. EngineError."""
    return await run(program(), *argv, deadline=deadline, check=check, env=env)


async def nodes(cluster: str = "") -> list[Node]:
    """The nodes of one kind cluster (name with prefix), or of all; control plane first, then by name."""
    label = f"{CLUSTER_LABEL}={cluster}" if cluster else CLUSTER_LABEL
    found = await ask(lambda engine: [_node(one) for one in _described(engine, label)])
    wanted = [node for node in found if node.role in ("control-plane", "worker")]
    return sorted(wanted, key=lambda node: (node.cluster, node.role != "control-plane", len(node.name), node.name))


def _described(engine: APIClient, label: str) -> Iterator[dict[str, Any]]:
    from docker.errors import NotFound

    for one in engine.containers(all=True, filters={"label": label}):
        # It may vanish between the two questions.
        with suppress(NotFound):
            yield engine.inspect_container(one["Id"])


def _node(one: dict[str, Any]) -> Node:
    labels = one["Config"].get("Labels") or {}
    networks = one["NetworkSettings"].get("Networks") or {}
    return Node(
        id=one["Id"],
        name=one["Name"].lstrip("/"),
        cluster=labels.get(CLUSTER_LABEL, ""),
        role=labels.get(ROLE_LABEL, ""),
        state={"running": "running", "paused": "paused"}.get(one["State"]["Status"], "exited"),
        started=_whole_seconds(one["State"].get("StartedAt", "")),
        ip=next((net.get("IPAddress", "") for net in networks.values()), ""),
        ports=_ports(one),
        mounts={mount["Destination"]: mount.get("Source", "") for mount in one.get("Mounts") or []},
    )


def _ports(one: dict[str, Any]) -> dict[int, int]:
    # What was asked for, not what is bound: a stopped node has its ports too.
    bound = one["HostConfig"].get("PortBindings") or {}
    found = {}
    for name, hosts in bound.items():
        number, _, protocol = name.partition("/")
        if protocol == "tcp" and hosts and hosts[0].get("HostPort"):
            found[int(number)] = int(hosts[0]["HostPort"])
    return found


def _whole_seconds(text: str) -> float:
    """Rounded down: Kubernetes' own times, with which this is compared, are whole seconds."""
    try:
        return float(int(unix(text)))
    except ValueError:
        return 0.0


class EngineFacts(Struct, frozen=True):
    """What of the engine itself matters to us."""

    version: str
    """As the engine says it: 20.10.24+dfsg1."""
    arch: str
    """amd64 or arm64"""
    cgroup: int
    containerd_store: bool
    """Images are kept by containerd (the default of Docker 29): saving needs a platform."""
    memory_mib: int
    cpus: int


async def facts() -> EngineFacts:
    """EngineError when the engine does not answer."""
    info = await ask(lambda engine: engine.info(), deadline=20)
    store = " ".join(f"{key}={value}" for key, value in info.get("DriverStatus") or [])
    return EngineFacts(
        version=str(info["ServerVersion"]),
        arch={"x86_64": "amd64", "aarch64": "arm64"}.get(info.get("Architecture", ""), info.get("Architecture", "")),
        cgroup=int(info.get("CgroupVersion") or 2),
        containerd_store="io.containerd.snapshotter" in store,
        memory_mib=int(info.get("MemTotal") or 0) // (1 << 20),
        cpus=int(info.get("NCPU") or 0),
    )


async def image_ids(refs: list[str]) -> dict[str, str]:
    """Ids (sha256:...) of those images that the engine has."""
    return {ref: str(image["Id"]) for ref, image in (await images(refs)).items()}


async def images(refs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The engine's descriptions of those images that it has. EngineError."""
    wanted = list(refs)
    return await ask(lambda engine: dict(_images(engine, wanted))) if wanted else {}


def _images(engine: APIClient, refs: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    from docker.errors import NotFound

    for ref in refs:
        with suppress(NotFound):
            yield ref, engine.inspect_image(full(ref))  # type: ignore[no-untyped-call]


async def tag(ref: str, new: str) -> None:
    """Give an image another name beside its own. EngineError."""
    name, _, version = full(new).rpartition(":")
    await ask(lambda engine: engine.tag(full(ref), name, version))


async def pause(names: Iterable[str]) -> None:
    """Freeze containers. EngineError."""
    await each(lambda engine, name: engine.pause(name), names)


async def unpause(names: Iterable[str]) -> None:
    """Let frozen containers go on. EngineError."""
    await each(lambda engine, name: engine.unpause(name), names)


async def remove(names: Iterable[str], *, deadline: float = 60) -> None:
    """Remove containers by name or id, running or not, with their volumes. What stays is for the caller to look for."""
    with suppress(EngineError):
        await each(lambda engine, name: engine.remove_container(name, v=True, force=True), names, deadline=deadline)


async def each(order: Callable[[APIClient, str], object], names: Iterable[str], *, deadline: float = 60) -> None:
    """Order the same of several containers at once. EngineError of the first that fails, when all have been tried."""

    async def one(name: str) -> None:
        await ask(lambda engine: order(engine, name), deadline=deadline)

    for outcome in await asyncio.gather(*(one(name) for name in names), return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def full(ref: str) -> str:
    """The reference with its registry, as containerd keeps it.

    Docker takes a short name for the same; Podman takes it for an image of this machine (`localhost/`), or asks which registry
    is meant: https://docs.podman.io/en/latest/markdown/podman-pull.1.html
    """
    first, slash, _ = ref.partition("/")
    if not slash:
        return f"docker.io/library/{ref}"
    return ref if "." in first or ":" in first or first == "localhost" else f"docker.io/{ref}"
