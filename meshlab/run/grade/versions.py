"""Versions of everything that a grade or a proof rests on."""

from __future__ import annotations

import platform
from contextlib import suppress

from meshlab import __version__
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.process import run as run_program
from meshlab.errors import MeshlabError


async def collect() -> dict[str, str]:
    """Program to version; what cannot be asked is left out."""
    found = {
        "meshlab": __version__,
        "python": platform.python_version(),
        "node": load_pins().image("node").ref.rpartition(":")[2],
        "kind": await _output_of("kind", "version", "-q"),
        "engine": await _engine(),
    }
    return {name: version for name, version in found.items() if version}


async def _engine() -> str:
    with suppress(MeshlabError):
        return (await containers.facts()).version
    return ""


async def _output_of(*argv: str) -> str:
    try:
        return (await run_program(*argv, deadline=20)).text.strip()
    except MeshlabError:
        return ""
