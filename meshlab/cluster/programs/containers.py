"""What the container engine has: kind's nodes by label, images; asked of the same program that kind itself uses."""

from __future__ import annotations

import os
from typing import Any

import msgspec
from msgspec import Struct, field

from meshlab.cluster.programs.process import Finished, run
from meshlab.errors import EngineError, EngineGone
from meshlab.timestamps import unix

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


def program() -> str:
    """The program of the container engine, chosen as kind chooses it."""
    return os.environ.get("KIND_EXPERIMENTAL_PROVIDER", "") or "docker"


async def docker(*argv: str, deadline: float = 60, check: bool = True, env: dict[str, str] | None = None) -> Finished:
    """Run the engine's program. EngineError."""
    return await run(program(), *argv, deadline=deadline, check=check, env=env)


async def nodes(cluster: str = "") -> list[Node]:
    """The nodes of one kind cluster (name with prefix), or of all; control plane first, then by name."""
    label = f"{CLUSTER_LABEL}={cluster}" if cluster else CLUSTER_LABEL
    ids = (await docker("ps", "-aq", "--no-trunc", "--filter", f"label={label}")).text.split()
    if not ids:
        return []
    # One may vanish between the two questions: then the program fails, but has told about the others.
    told = await docker("inspect", "--type", "container", *ids, check=False)
    try:
        found = [_node(one) for one in msgspec.json.decode(told.out or b"[]")]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise EngineError("engine.unreadable", why=repr(error)) from error
    wanted = [node for node in found if node.role in ("control-plane", "worker")]
    return sorted(wanted, key=lambda node: (node.cluster, node.role != "control-plane", len(node.name), node.name))


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
    told = await docker("info", "--format", "{{json .}}", deadline=20, check=False)
    try:
        info = msgspec.json.decode(told.out)
    except msgspec.DecodeError:
        info = {}
    if not info.get("ServerVersion"):
        why = "; ".join(info.get("ServerErrors") or []) or " ".join(told.err.split())
        raise EngineGone("engine.silent", why=why)
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
    if not refs:
        return {}
    told = await docker("image", "inspect", *refs, "--format", "{{.Id}} {{json .RepoTags}} {{json .RepoDigests}}", check=False)
    found: dict[str, str] = {}
    for line in told.text.splitlines():
        ident, _, names = line.partition(" ")
        for ref in refs:
            if f'"{ref}"' in names or f'"{short(ref)}"' in names:
                found[ref] = ident
    return found


def short(ref: str) -> str:
    """The reference as the engine's program shows it."""
    for prefix in ("docker.io/library/", "docker.io/"):
        ref = ref.removeprefix(prefix)
    return ref


def full(ref: str) -> str:
    """The reference as containerd keeps it."""
    first, slash, _ = ref.partition("/")
    if not slash:
        return f"docker.io/library/{ref}"
    return ref if "." in first or ":" in first or first == "localhost" else f"docker.io/{ref}"
