"""The run of the shared cluster, as the modules of the room `run` have it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.run import Run
from tests.cluster.conftest import LAB
from tests.cluster.program import Program


def on(program: Program, work: Callable[[Run], Awaitable[None]]) -> None:
    """Do it with that run."""

    async def whole() -> None:
        run = make_run(RunRequest(lab=LAB, state=program.state))
        try:
            await work(run)
        finally:
            await run.close()

    asyncio.run(whole())
