"""Images without a registry: loaded from a bundle's archive, or built here from package registries and sources."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.engine_api import program
from meshlab.cluster.programs.process import run
from meshlab.cluster.setup.engine import packages, root_on_debian
from meshlab.errors import EngineError
from meshlab.lab.files.content import images_folder

LOAD_WITHIN = 900.0
STAND_IN_WITHIN = 900.0
NODE_WITHIN = 7200.0
"""Kubernetes takes a quarter of an hour on two free cores, and several times that on busy ones."""


async def load(file: Path) -> None:
    """Load an archive into the engine. EngineError."""
    if shutil.which("zstd") is None:
        if not root_on_debian():
            raise EngineError("setup.no-zstd", file=file)
        await packages("zstd")
    await run("bash", str(images_folder() / "stand-ins" / "load.sh"), str(file), program(), deadline=LOAD_WITHIN)


async def build(name: str) -> None:
    """Build the pinned image of that name. EngineError."""
    ref = load_pins().image(name).ref
    if program() != "docker" or not root_on_debian():
        raise EngineError("setup.only-on-debian", image=ref)
    # The engine is asked for because every script needs one, and would tell of a missing one less clearly.
    await containers.facts()
    if name == "node":
        await _script(NODE_WITHIN, "node/binaries.sh", str(folder()))
        await _script(NODE_WITHIN, "node/image.sh", str(folder()), ref)
    elif name == "base":
        await _script(STAND_IN_WITHIN, "node/base.sh", str(folder()), ref)
    else:
        await _script(STAND_IN_WITHIN, "stand-ins/build.sh", name, ref, load_pins().image("base").ref)


def folder() -> Path:
    """Where the node's programs are compiled; kept until the image is there, so that a second try goes on."""
    from platformdirs import user_cache_path

    return user_cache_path("meshlab") / "node"


async def _script(deadline: float, name: str, *arguments: str) -> None:
    from uv import find_uv_bin

    # The uv that came with meshlab, and the Python that runs it: neither has to be on PATH.
    env = {"UV": find_uv_bin(), "UV_PYTHON": sys.executable}
    await run("bash", str(images_folder() / name), *arguments, deadline=deadline, env=env)
