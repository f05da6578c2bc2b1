"""Collects the versions of programs and images that a grade or a proof depends on."""

from __future__ import annotations

import platform
from contextlib import suppress

from meshlab import __version__
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers, installed
from meshlab.errors import MeshlabError


async def collect() -> dict[str, str]:
    """Maps each program to its version; programs that do not answer are left out."""
    found = {
        "meshlab": __version__,
        "python": platform.python_version(),
        "node": load_pins().image("node").ref.rpartition(":")[2],
        "kind": await installed.kind_version(),
        "engine": await _engine(),
    }
    return {name: version for name, version in found.items() if version}


async def _engine() -> str:
    with suppress(MeshlabError):
        return (await containers.facts()).version
    return ""
