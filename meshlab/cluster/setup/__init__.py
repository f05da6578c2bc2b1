"""setup: what a machine lacks for its first lab. Each part tries the best way first and says which one it took."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

from meshlab.cluster.progress import Progress
from meshlab.cluster.setup.said import Saying
from meshlab.errors import MeshlabError, UsageError

Part = tuple[str, str, Callable[[], Saying]]
"""Phase, name, and the work."""


async def setup(
    *, bundle: Path | None = None, tools_only: bool = False, images: list[str] | None = None
) -> AsyncGenerator[Progress, None]:
    """kind and kubectl, the engine, the images. The first failure ends it; what is there already is kept.

    `images`: names from the pin file (default: all that the built-in labs name). UsageError for a bundle that is no folder.
    """
    if bundle is not None and not bundle.is_dir():
        raise UsageError(f"The bundle {bundle} is no folder.", hint="--bundle takes a folder that holds archives of images.")
    parts = _parts(bundle, tools_only, images)
    for phase, name, _ in parts:
        yield Progress(phase=phase, state="planned", parameters={"name": name})
    for phase, name, work in parts:
        async with aclosing(_one(phase, name, work)) as events:
            async for event in events:
                yield event


async def _one(phase: str, name: str, work: Callable[[], Saying]) -> AsyncGenerator[Progress, None]:
    yield Progress(phase=phase, state="running", parameters={"name": name})
    start, told = time.monotonic(), ""
    try:
        async with aclosing(work()) as saying:
            async for said in saying:
                told = said.text
                if not said.done:
                    yield Progress(phase=phase, parameters={"name": name, "way": told}, detail=told)
    except MeshlabError as error:
        seconds = time.monotonic() - start
        yield Progress(phase=phase, state="failed", parameters={"name": name}, detail=error.message, seconds=seconds)
        raise
    yield Progress(phase=phase, state="done", parameters={"name": name}, detail=told, seconds=time.monotonic() - start)


def _parts(bundle: Path | None, tools_only: bool, images: list[str] | None) -> list[Part]:
    from meshlab.cluster.setup import engine, ways
    from meshlab.cluster.setup.tools import ensure_tool

    tools: list[Part] = [("setup-tool", name, partial(ensure_tool, name)) for name in ("kind", "kubectl")]
    if tools_only:
        return tools
    had = ways.Ways(bundle)
    wanted = images if images is not None else ways.wanted()
    pictures: list[Part] = [("setup-image", name, partial(had.ensure, name)) for name in wanted]
    return [("setup-engine", "docker", engine.ensure_engine), *tools, *pictures]
