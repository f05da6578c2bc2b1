"""What the pin file says about images, for the rules: name to reference and digest."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.problem import display_path


class Pin(Struct, frozen=True):
    """One pinned image; keys that rules do not need are left out."""

    ref: str
    digest: str | None = None


class Pins(Struct, frozen=True):
    """The images of the pin file."""

    images: dict[str, Pin]


def read_pins(file: Path) -> Pins:
    """LabError when it cannot be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Pins)
    except (OSError, msgspec.DecodeError) as error:
        raise LabError(f"the pin file cannot be read: {error}", file=display_path(file)) from None
