"""kind and kubectl of the pinned version: from PATH where they fit, else downloaded, else out of a Debian package."""

from __future__ import annotations

import asyncio
import platform
import threading
from pathlib import Path

from meshlab.cluster.images.pins import ToolPin, load_pins
from meshlab.cluster.programs import installed
from meshlab.cluster.programs.process import run
from meshlab.cluster.setup import failures
from meshlab.cluster.setup.download import fetch
from meshlab.cluster.setup.engine import Say, root_on_debian
from meshlab.cluster.setup.environment import prepare, tools_folder
from meshlab.cluster.versions import at_least, minor
from meshlab.errors import EnvironmentFault, MeshlabError
from meshlab.lab.files.content import images_folder
from meshlab.words import Words

__all__ = ["ensure_tool", "fits", "present", "this_platform", "tools_folder"]

MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
PACKAGE_WITHIN = 300.0


def this_platform() -> str:
    """Such as linux-amd64."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"


async def present(name: str) -> str:
    """The version of the one that meshlab would run, "" when the program is missing or does not run."""
    return (await installed.kind_version() if name == "kind" else await installed.kubectl_version()).removeprefix("v")


def fits(name: str, version: str, pin: ToolPin) -> bool:
    """kind must not be older than the pin, kubectl at most one minor version away from it."""
    if not version:
        return False
    return at_least(version, pin.version) if name == "kind" else abs(minor(version) - minor(pin.version)) <= 1


async def ensure_tool(name: str, say: Say, pin: ToolPin | None = None) -> Words:
    """How it was had. EnvironmentFault with every way that was tried when none worked and no program is there at all."""
    prepare()
    pin, there = pin or load_pins().tools[name], await present(name)
    if fits(name, there, pin):
        failures.forget(name)
        return Words("setup.tool.there", {"version": there})
    try:
        await _download(pin, tools_folder() / name)
        failures.forget(name)
        return Words("setup.tool.downloaded", {"version": pin.version})
    except MeshlabError as error:
        failures.remember(name, error)
        why = error.words
    if there:
        return Words("setup.tool.other", {"version": there, "pinned": pin.version, "why": why})
    if not root_on_debian():
        raise EnvironmentFault("setup.tool", name=name, why=why, version=pin.version)
    say(Words("setup.tool.from-debian"))
    return Words("setup.tool.out-of-debian", {"version": await _from_debian(name, why), "why": why})


async def _download(pin: ToolPin, target: Path) -> None:
    stop = threading.Event()
    try:
        await asyncio.to_thread(fetch, pin, this_platform(), target, stop)
    finally:
        # A thread cannot be cancelled: it would keep a cancelled setup waiting to the download's end.
        stop.set()


async def _from_debian(name: str, why: Words) -> str:
    script = images_folder() / "stand-ins" / "tool.sh"
    try:
        await run("bash", str(script), name, str(tools_folder() / name), deadline=PACKAGE_WITHIN)
    except MeshlabError as error:
        raise EnvironmentFault("setup.tool-twice", name=name, why=why, then=error) from error
    version = await present(name)
    if not version:
        raise EnvironmentFault("setup.debian-tool", name=name, why=why)
    return version
