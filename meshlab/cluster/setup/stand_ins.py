"""Which images are not upstream's own: the one place that doctor, reports, grades and proofs ask."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from meshlab import files
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.images.sources import PREFIX
from meshlab.cluster.programs import containers
from meshlab.cluster.setup.environment import data_folder
from meshlab.errors import EngineError

LABEL = "dev.meshlab.stand-in"
"""On what images/node and images/stand-ins build; it survives a way over another machine."""


async def stand_ins(names: Iterable[str]) -> list[str]:
    """References of the pinned images among the names that something else stands in for; [] when no engine answers.

    meshlab's own images are built on `base`, so that counts with them.
    """
    pins = load_pins()
    wanted = dict.fromkeys("base" if name.startswith(PREFIX) else name for name in names)
    refs = {name: pins.images[name].ref for name in wanted if name in pins.images}
    known = remembered()
    return [ref for ref, image in (await _images(refs.values())).items() if _stands_in(image, known)]


async def way(ref: str) -> str:
    """How setup had this image: bundle or source; "" where it did not, or another one is there by now."""
    return remembered().get(str((await _images([ref])).get(ref, {}).get("Id", "")), "")


async def remember(refs: Iterable[str], how: str) -> None:
    """Keep by image id how these were had, so that one that is pulled later is believed again. EnvironmentFault."""
    ids = {str(image.get("Id", "")): how for image in (await _images(refs)).values()}
    files.write(_file(), msgspec.json.encode(remembered() | ids))


def remembered() -> dict[str, str]:
    """Image id to bundle or source."""
    try:
        return msgspec.json.decode(_file().read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}


def _stands_in(image: dict[str, Any], known: dict[str, str]) -> bool:
    """Built here, had by setup from elsewhere than a registry, or unknown to every registry.

    An engine with the classic image store gives a digest only to what came from a registry (nothing vouches for what was
    loaded); Podman and the containerd image store give one to every image, so there the first two have to tell.
    """
    labels = (image.get("Config") or {}).get("Labels") or {}
    return LABEL in labels or str(image.get("Id", "")) in known or not image.get("RepoDigests")


async def _images(refs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The engine's description of those that it has; {} when no engine answers."""
    try:
        return await containers.images(refs)
    except EngineError:
        return {}


def _file() -> Path:
    return data_folder() / "stand-ins.json"
