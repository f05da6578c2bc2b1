"""Containers that run for seconds: those of scripts, and of the doctor's trials."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import PREFIX
from meshlab.cluster.programs.engine_api import ask

LABEL = "dev.meshlab.script"


@asynccontextmanager
async def passing(kind: str) -> AsyncIterator[list[str]]:
    """The first arguments of the engine's program for one that is gone when the context ends. EngineError.

    `--rm` is not enough: the engine keeps a container that was made and not started yet when its program was ended.
    """
    name = f"{PREFIX}{kind}-{secrets.token_hex(4)}"
    try:
        yield ["run", "--rm", "--name", name, "--label", f"{LABEL}=1"]
    finally:
        await to_the_end(remove(name))


async def left() -> list[str]:
    """Ids of those that a killed meshlab has left. EngineError."""
    return [str(one["Id"]) for one in await ask(lambda engine: engine.containers(all=True, filters={"label": LABEL}))]


async def remove(container: str) -> None:
    """By name or id, running or not; it may have gone already."""
    await containers.remove([container])
