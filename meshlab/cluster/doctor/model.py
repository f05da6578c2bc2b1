"""What doctor knows of a machine, and what a rule says of it."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from meshlab.words import Words

State = Literal["ok", "note", "unknown", "warning", "problem"]


class Facts(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One machine at one time. None means: could not be found out."""

    system: str = "Linux"
    """Linux or Darwin"""
    kernel: str = ""
    engine: dict[str, Any] | None = None
    """What it says of itself, as in `docker info`; None when it does not answer."""
    engine_error: str = ""
    docker_program: str = ""
    """Resolved path of the engine's program, "" when there is none."""
    node_version: str = ""
    """Kubernetes version of the pinned node image, without v."""
    kind_version: str = ""
    kind_pinned: str = ""
    kubectl_version: str = ""
    not_had: dict[str, Words | str] = field(default_factory=dict)
    """Program to why set-up could not download it the last time."""
    inotify_instances: int | None = None
    inotify_watches: int | None = None
    disk_free_gib: float | None = None
    """Where the engine keeps its data."""
    disk_filesystem: str = ""
    state_folder: str = ""
    state_writable: bool = True
    state_free_mib: float | None = None
    port_error: str = ""
    """Why a port of 127.0.0.1 could not be had, "" when one can."""
    unprivileged_port_start: int | None = None
    proxies: dict[str, str] = field(default_factory=dict)
    """HTTP(S)_PROXY and NO_PROXY of this environment."""
    networks: tuple[str, ...] = ()
    """Subnets of the engine's networks named kind."""
    network_count: int = 0
    routes: tuple[str, ...] = ()
    """Routes of this machine that do not belong to the engine, as CIDR."""
    mtu_outside: int | None = None
    mtu_bridge: int | None = None
    firewalld_backend: str = ""
    redirects: bool | None = None
    """Whether a pod's traffic can be sent to a proxy in it (iptables: nat, owner, REDIRECT)."""
    engine_clock_skew: float | None = None
    """Seconds between the engine's clock and ours."""
    stand_ins: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    """meshlab's clusters in the engine that no state accounts for."""


class Ruling(Struct, frozen=True):
    """What a rule says: a state, and the numbers for its sentence."""

    state: State
    parameters: dict[str, str] = field(default_factory=dict)
    why: Words | str = ""
    """Why set-up cannot mend it: the fix is `fix-by-hand` then, where that is filled in as ${why}."""


class Diagnosis(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A ruling in the reader's language. `fix` says what to do."""

    id: str
    state: State
    text: str
    fix: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
