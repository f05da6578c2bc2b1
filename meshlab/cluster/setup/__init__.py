"""setup: what a machine lacks for its first lab. Each part tries the best way first and says which one it took."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from meshlab.cluster.progress import Progress
from meshlab.errors import MeshlabError

Work = Callable[[], Awaitable[str]]


async def setup(
    *, bundle: Path | None = None, tools_only: bool = False, images: list[str] | None = None
) -> AsyncIterator[Progress]:
    """kind and kubectl, the engine, the images. The first failure ends it; what is there already is kept.

    `images`: names from the pin file (default: all that the built-in labs name).
    """
    parts = _parts(bundle, tools_only, images)
    for phase, name, _ in parts:
        yield Progress(phase=phase, state="planned", parameters={"name": name})
    for phase, name, work in parts:
        yield Progress(phase=phase, state="running", parameters={"name": name})
        start = time.monotonic()
        try:
            detail = await work()
        except MeshlabError as error:
            yield Progress(phase=phase, state="failed", parameters={"name": name}, detail=error.message)
            raise
        yield Progress(phase=phase, state="done", parameters={"name": name}, detail=detail, seconds=time.monotonic() - start)


def _parts(bundle: Path | None, tools_only: bool, images: list[str] | None) -> list[tuple[str, str, Work]]:
    from functools import partial

    from meshlab.cluster.setup import engine, ways
    from meshlab.cluster.setup.tools import ensure_tool

    tools: list[tuple[str, str, Work]] = [("setup-tool", name, partial(ensure_tool, name)) for name in ("kind", "kubectl")]
    if tools_only:
        return tools
    wanted = images if images is not None else ways.wanted()
    return [
        ("setup-engine", "docker", engine.ensure_engine),
        *tools,
        *((("setup-image", name, partial(ways.ensure_image, name, bundle))) for name in wanted),
    ]
