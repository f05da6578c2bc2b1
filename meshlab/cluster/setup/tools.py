"""kind and kubectl of the pinned version: from PATH where they fit, else downloaded, else out of a Debian package."""

from __future__ import annotations

import asyncio
import platform
from pathlib import Path

from meshlab.cluster.doctor import ask
from meshlab.cluster.doctor.versions import at_least, minor
from meshlab.cluster.pins import ToolPin, load_pins
from meshlab.cluster.process import run
from meshlab.cluster.setup.download import fetch
from meshlab.cluster.setup.engine import root_on_debian
from meshlab.errors import EnvironmentFault
from meshlab.lab.content import images_folder

MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def tools_folder() -> Path:
    """Where setup puts programs; it stands first on the PATH of everything that meshlab runs."""
    from platformdirs import user_data_path

    return user_data_path("meshlab") / "bin"


def this_platform() -> str:
    """Such as linux-amd64."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"


async def present(name: str) -> str:
    """The version on PATH, "" when the program is missing."""
    return (await ask.kind_version() if name == "kind" else await ask.kubectl_version()).removeprefix("v")


def fits(name: str, version: str, pin: ToolPin) -> bool:
    """kind must not be older than the pin, kubectl at most one minor version away from it."""
    if not version:
        return False
    return at_least(version, pin.version) if name == "kind" else abs(minor(version) - minor(pin.version)) <= 1


async def ensure_tool(name: str) -> str:
    """EnvironmentFault with every way that was tried when none worked and no program is there at all."""
    pin, there = load_pins().tools[name], await present(name)
    if fits(name, there, pin):
        return f"{there} on PATH"
    target, tried = tools_folder() / name, []
    try:
        await asyncio.to_thread(fetch, pin, this_platform(), target)
        return f"{pin.version} downloaded"
    except EnvironmentFault as error:
        tried.append(error.message)
    if there:
        return f"{there} on PATH (not {pin.version}: {tried[0]})"
    if root_on_debian():
        await run("bash", str(images_folder() / "stand-ins" / "tool.sh"), name, str(target), deadline=300)
        return f"{await present(name)} from Debian"
    raise EnvironmentFault(
        f"{name} is missing and could not be had: {tried[0]}", hint=f"Install {name} {pin.version} yourself."
    )
