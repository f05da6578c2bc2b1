"""Single questions to the machine; each gives None, "" or () when there is no answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import time
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from meshlab.cluster.doctor import redirect
from meshlab.cluster.kind.orphans import orphans
from meshlab.cluster.programs.engine_api import ask, reason
from meshlab.errors import EngineError
from meshlab.timestamps import unix

DEADLINE = 10.0


async def engine_info() -> tuple[dict[str, Any] | None, str]:
    """What the engine says of itself, or why it says nothing."""
    try:
        return await ask(lambda engine: engine.info(), deadline=DEADLINE), ""
    except EngineError as error:
        return None, reason(error)


async def engine_name() -> str:
    """Docker or Podman, which speaks the same API; "" where nobody answers."""
    try:
        version = await ask(lambda engine: engine.version(), deadline=DEADLINE)
    except EngineError:
        return ""
    names = " ".join(str(part.get("Name")) for part in version.get("Components") or [])
    return "Podman" if "podman" in names.lower() else "Docker"


async def networks() -> tuple[tuple[str, str], ...]:
    """(name, subnet) of the engine's networks."""
    try:
        found = await ask(lambda engine: engine.networks(), deadline=DEADLINE)
    except EngineError:
        return ()
    return tuple((network["Name"], subnet) for network in found for subnet in _subnets(network) or [""])


def _subnets(network: dict[str, Any]) -> list[str]:
    configured = (network.get("IPAM") or {}).get("Config") or []
    return [one["Subnet"] for one in configured if one.get("Subnet")]


async def leftovers() -> tuple[str, ...]:
    """Clusters that `meshlab clean` would remove although no run remembers them."""
    with contextlib.suppress(EngineError, TimeoutError):
        async with asyncio.timeout(DEADLINE):
            return tuple(sorted(await orphans()))
    return ()


async def redirects() -> bool | None:
    """None where there is no engine to try it in, or no node image yet."""
    with contextlib.suppress(EngineError):
        return await redirect.redirects()
    return None


def number(file: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(Path(file).read_text())
    return None


def free_gib(folder: Path) -> float | None:
    """Free space below the nearest folder that exists; None for an engine's folder inside a virtual machine."""
    if not folder.is_absolute():
        return None
    while not folder.exists():
        folder = folder.parent
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free / 2**30
    return None


def writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)


def port_error() -> str:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return ""
    except OSError as error:
        return str(error)


def proxies() -> dict[str, str]:
    wanted = {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}
    return {name: value for name, value in os.environ.items() if name.upper() in wanted and value}


def routes(own: tuple[str, ...]) -> tuple[str, ...]:
    """IPv4 routes of this machine as CIDR, less those to the engine's own networks."""
    try:
        lines = Path("/proc/net/route").read_text().splitlines()[1:]
    except OSError:
        return ()
    found = [_route(line.split()) for line in lines]
    return tuple(route for route in found if route and route not in own)


def _route(fields: list[str]) -> str:
    address, mask = (socket.inet_ntoa(bytes.fromhex(fields[index])[::-1]) for index in (1, 7))
    return str(ip_network(f"{address}/{mask}", strict=False))


def outside_link() -> str:
    """The link of the default route."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/net/route").read_text().splitlines()[1:]:
            if line.split()[1] == "00000000":
                return line.split()[0]
    return ""


def mtu(link: str) -> int | None:
    return number(f"/sys/class/net/{link}/mtu") if link else None


def firewalld_backend() -> str:
    """iptables or nftables where firewalld runs, "" elsewhere."""
    if not Path("/run/firewalld").exists():
        return ""
    with contextlib.suppress(OSError):
        for line in Path("/etc/firewalld/firewalld.conf").read_text().splitlines():
            if line.startswith("FirewallBackend="):
                return line.partition("=")[2].strip()
    return "nftables"


def skew(engine: dict[str, Any] | None) -> float | None:
    """Seconds that the engine's clock is ahead of ours."""
    text = str((engine or {}).get("SystemTime", ""))
    with contextlib.suppress(ValueError):
        return unix(text) - time.time()
    return None
