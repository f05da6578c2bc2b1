"""The one file that pins what meshlab brings from elsewhere: images by tag (and digest where known), programs by version."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

import msgspec
from msgspec import Struct

from meshlab.errors import UsageError

FILE = Path(__file__).with_name("pins.json")


class ImagePin(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An upstream image."""

    ref: str
    digest: str | None = None
    """sha256:... of the manifest list; None where nobody has verified one."""
    stand_in_note: str = ""
    """What differs when something else stands in for it, where that matters to a lab."""

    @property
    def exact(self) -> str:
        """The reference to pull: by digest where it is known."""
        return f"{self.ref}@{self.digest}" if self.digest else self.ref


class ToolPin(Struct, frozen=True, forbid_unknown_fields=True):
    """A program to download."""

    version: str
    """Without a leading v."""
    url: str
    sha256: dict[str, str | None]
    """By os-arch, such as linux-amd64; None where nobody has verified one: then the published one must agree."""
    published: str = ""
    """What follows the address where upstream publishes the checksum beside the file."""

    def address(self, platform: str) -> str:
        """Where it is for an os-arch. UsageError for one that it is not pinned for."""
        if platform not in self.sha256:
            raise UsageError("pins.no-download", platform=platform, known=", ".join(self.sha256))
        system, _, arch = platform.partition("-")
        return Template(self.url).substitute(version=self.version, os=system, arch=arch)


class Pins(Struct, frozen=True, forbid_unknown_fields=True):
    """All of the pin file."""

    images: dict[str, ImagePin]
    tools: dict[str, ToolPin]

    def image(self, name: str) -> ImagePin:
        """UsageError when nothing of that name is pinned."""
        if name not in self.images:
            raise UsageError("pins.no-image", name=name, known=", ".join(sorted(self.images)))
        return self.images[name]

    def unknown_digests(self) -> list[str]:
        """Names of images whose digest nobody has verified."""
        return sorted(name for name, pin in self.images.items() if pin.digest is None)


@cache
def load_pins(file: Path = FILE) -> Pins:
    """The pins. UsageError when the file cannot be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Pins)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError("pins.unreadable", file=file, why=str(error)) from error
