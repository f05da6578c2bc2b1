"""Which images are not upstream's own: remembered by image id, so that a later pull is believed again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from meshlab.cluster.pins import load_pins
from meshlab.cluster.process import run
from meshlab.errors import MeshlabError


async def digests(ref: str) -> tuple[str, list[str]] | None:
    """(image id, repository digests) of an image in the engine, None when it is not there."""
    finished = await run("docker", "image", "inspect", "--format", "{{json .}}", ref, check=False)
    if finished.code:
        return None
    info = msgspec.json.decode(finished.out)
    return str(info.get("Id", "")), list(info.get("RepoDigests") or [])


async def stand_ins(names: list[str]) -> list[str]:
    """References among the pinned images that something else stands in for.

    An image that came from a registry carries that registry's digest of its repository; one that was loaded or built
    here carries none. (Images loaded by `docker load` from an upstream archive count as stand-ins too: nothing vouches.)
    """
    pins, found = load_pins(), []
    for name in names:
        if name not in pins.images:
            continue
        try:
            there = await digests(pins.images[name].ref)
        except MeshlabError:
            continue
        if there is not None and not there[1]:
            found.append(pins.images[name].ref)
    return found


def _file() -> Path:
    from platformdirs import user_data_path

    return user_data_path("meshlab") / "stand-ins.json"


async def remember(name: str, way: str) -> None:
    """Keep how an image was had, for support."""
    known = msgspec.json.decode(_file().read_bytes(), type=dict[str, str]) if _file().exists() else {}
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().write_bytes(msgspec.json.encode(known | {name: way}))
