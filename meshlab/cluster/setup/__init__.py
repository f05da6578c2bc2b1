"""setup: what a machine lacks for its first lab. Each part tries the best way first and says which one it took; what is there
already is never replaced.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from meshlab.cluster.progress import Progress
from meshlab.cluster.track import Track
from meshlab.errors import MeshlabError, UsageError
from meshlab.words import Words

Part = tuple[str, str, Callable[[Callable[[Words], None]], Awaitable[Words]]]
"""Phase, name, and the work: it says each way that it tries, and returns how the part was had."""


async def setup(track: Track, *, bundle: Path | None = None, tools_only: bool = False, images: list[str] | None = None) -> None:
    """kind and kubectl, the engine, the images. The first failure ends it; what is there already is kept.

    `images`: names from the pin file (default: all that the built-in labs name). UsageError for a bundle that is no folder.
    """
    if bundle is not None and not bundle.is_dir():
        raise UsageError("setup.bundle", bundle=bundle)
    parts = _parts(bundle, tools_only, images)
    for phase, name, _ in parts:
        track.tell(Progress(phase=phase, state="planned", parameters={"name": name}))
    for part in parts:
        await _have(part, track)


async def _have(part: Part, track: Track) -> None:
    """One part. Several have the same phase, and their names tell them apart."""
    phase, name, work = part
    track.tell(Progress(phase=phase, state="running", parameters={"name": name}))

    def say(way: Words) -> None:
        track.tell(Progress(phase=phase, parameters={"name": name}).with_detail(way))

    start = time.monotonic()
    try:
        how = await work(say)
    except MeshlabError as error:
        seconds = time.monotonic() - start
        track.tell(Progress(phase=phase, state="failed", parameters={"name": name}, seconds=seconds).with_detail(error))
        raise
    seconds = time.monotonic() - start
    track.tell(Progress(phase=phase, state="done", parameters={"name": name}, seconds=seconds).with_detail(how))


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
