"""Where labs, image sources and recordings are: inside the wheel, or in the clone that this package runs from."""

from __future__ import annotations

from pathlib import Path

import meshlab


def content_root() -> Path:
    """The folder that holds `labs`, `images` and `recordings`."""
    package = Path(meshlab.__file__).resolve().parent
    inside = package / "_content"
    return inside if inside.is_dir() else package.parent


def labs_folder() -> Path:
    """The built-in labs."""
    return content_root() / "labs"


def images_folder() -> Path:
    """The sources of the images that meshlab builds."""
    return content_root() / "images"


def recordings_folder() -> Path:
    """The recordings of the built-in labs."""
    return content_root() / "recordings"
