"""A container engine: used where it answers, installed where root on Debian allows it, else explained."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from meshlab.cluster.process import run
from meshlab.errors import EngineError
from meshlab.lab.content import images_folder

HINT = "Install Docker Desktop, Docker Engine or Podman, start it, then run `meshlab doctor`."


def root_on_debian() -> bool:
    """Whether packages may be installed here."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


async def answers() -> str:
    """The engine's version, "" when none answers."""
    if shutil.which("docker") is None:
        return ""
    finished = await run("docker", "info", "--format", "{{.ServerVersion}}", deadline=20, check=False)
    return finished.text.strip() if finished.code == 0 else ""


async def ensure_engine() -> str:
    """EngineError with what to do where there is none and none may be installed."""
    version = await answers()
    if version:
        return f"answers ({version})"
    if not root_on_debian():
        raise EngineError("No container engine answers on this machine.", hint=HINT)
    # The engine outlives meshlab: up.sh puts it into a session of its own, out of reach of our process group.
    await run("bash", str(images_folder() / "engine" / "up.sh"), deadline=600)
    version = await answers()
    if not version:
        raise EngineError("The engine was installed and does not answer.", hint="See /var/lib/meshlab-engine/dockerd.log.")
    return f"installed ({version})"
