"""Finding the facts out: files of this machine, the container engine, and the programs kind and kubectl."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from pathlib import Path

from meshlab.cluster.doctor import ask
from meshlab.cluster.doctor.model import Facts
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import installed
from meshlab.cluster.programs.engine_api import program
from meshlab.cluster.setup import failures
from meshlab.cluster.setup.stand_ins import stand_ins


async def gather() -> Facts:
    """Everything that can be known within a few seconds; what cannot be is None."""
    programs = asyncio.gather(installed.kind_version(), installed.kubectl_version())
    engine_asked = asyncio.gather(ask.engine_info(), ask.networks(), ask.leftovers(), ask.redirects())
    (kind, kubectl), ((engine, error), networks, leftovers, redirects) = await asyncio.gather(programs, engine_asked)
    pins, state = load_pins(), state_folder()
    standing_in = await stand_ins(pins.images) if engine else []
    root = Path(str((engine or {}).get("DockerRootDir", "")))
    return Facts(
        system=platform.system(),
        kernel=platform.release(),
        engine=engine,
        engine_error=error,
        docker_program=os.path.realpath(shutil.which(program()) or ""),
        node_version=pins.images["node"].ref.rpartition(":v")[2],
        kind_version=kind,
        kind_pinned=pins.tools["kind"].version,
        kubectl_version=kubectl,
        not_had=failures.known(),
        inotify_instances=ask.number("/proc/sys/fs/inotify/max_user_instances"),
        inotify_watches=ask.number("/proc/sys/fs/inotify/max_user_watches"),
        unprivileged_port_start=ask.number("/proc/sys/net/ipv4/ip_unprivileged_port_start"),
        disk_free_gib=ask.free_gib(root),
        disk_filesystem=str((engine or {}).get("Driver", "")),
        state_folder=str(state),
        state_writable=ask.writable(state),
        state_free_mib=(ask.free_gib(state) or 0) * 1024 or None,
        port_error=ask.port_error(),
        proxies=ask.proxies(),
        networks=tuple(net for name, net in networks if name == "kind"),
        network_count=len({name for name, _ in networks}),
        routes=ask.routes(tuple(net for _, net in networks)),
        mtu_outside=ask.mtu(ask.outside_link()),
        mtu_bridge=ask.mtu("docker0"),
        firewalld_backend=ask.firewalld_backend(),
        redirects=redirects,
        engine_clock_skew=ask.skew(engine),
        leftovers=leftovers,
        stand_ins=tuple(standing_in),
    )


def state_folder() -> Path:
    """Where meshlab keeps its state; here by name, since this room stands below the one that writes it."""
    from platformdirs import user_state_path

    return Path(os.environ.get("MESHLAB_STATE") or user_state_path("meshlab"))
