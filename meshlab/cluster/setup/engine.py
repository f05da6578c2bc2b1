"""A container engine: used where it answers, installed where root on Debian allows it, else explained."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from meshlab.cluster.programs import containers
from meshlab.cluster.programs.engine_api import program, reason
from meshlab.cluster.programs.process import run
from meshlab.errors import EngineError
from meshlab.lab.files.content import images_folder
from meshlab.words import Words

INSTALL_WITHIN = 900.0

Say = Callable[[Words], None]
"""Is told what a part of setup tries now."""


def root_on_debian() -> bool:
    """Whether packages may be installed here."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def may_install() -> bool:
    """Whether an engine can be had here although none answers."""
    return program() == "docker" and root_on_debian()


async def packages(*names: str) -> None:
    """Install those of Debian's packages that are missing. EngineError."""
    library = images_folder() / "stand-ins" / "debian.sh"
    await run("bash", "-euc", '. "$0"; packages "$@"', str(library), *names, deadline=INSTALL_WITHIN)


async def answers() -> tuple[str, str | Words]:
    """(version, "") of the engine, ("", why) when none answers."""
    if shutil.which(program()) is None:
        # An engine may answer all the same, but kind asks it by its program.
        return "", Words("errors.program.missing", {"program": program()})
    try:
        return (await containers.facts()).version, ""
    except EngineError as error:
        return "", reason(error)


async def ensure_engine(say: Say) -> Words:
    """How it was had. EngineError with what to do where there is none and none may be installed."""
    version, why = await answers()
    if version:
        return Words("setup.engine.answers", {"version": version})
    if not may_install():
        raise EngineError("setup.no-engine", why=why)
    say(Words("setup.engine.installing"))
    # The engine outlives meshlab: up.sh puts it into a session of its own, out of reach of our process group.
    await run("bash", str(images_folder() / "engine" / "up.sh"), deadline=INSTALL_WITHIN)
    version, why = await answers()
    if not version:
        raise EngineError("setup.engine-silent", why=why)
    return Words("setup.engine.started", {"version": version})
