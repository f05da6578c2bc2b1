"""Images are pinned: every reference in a manifest carries a tag that stands in the pin file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshlab.errors import LabError
from meshlab.lab.change.read import load_change
from meshlab.lab.files.lab_folder import BASE, START, solve_folder, wrong_folder
from meshlab.lab.files.manifests import Manifest, manifests
from meshlab.lab.problem import Problem
from meshlab.lab.rules.scope import Scope
from meshlab.lab.values.template_names import image_name

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")


def rule(scope: Scope) -> Iterator[Problem]:
    """The lab's own list, then every manifest."""
    yield from _listed(scope)
    seen = set()
    for manifest in _all(scope):
        for image in _images(manifest.object):
            message = _wrong(scope, image)
            if message and (manifest.file, manifest.line, image) not in seen:
                seen.add((manifest.file, manifest.line, image))
                yield Problem(file=manifest.file, line=manifest.line, rule="image", message=message)


def _listed(scope: Scope) -> Iterator[Problem]:
    if scope.pins is None:
        return
    for index, image in enumerate(scope.loaded.lab.images):
        pin = scope.pins.images.get(image)
        if pin is None and not image.startswith("meshlab/"):
            hint = f"Pinned: {', '.join(sorted(scope.pins.images))}; images that meshlab builds are called meshlab/NAME."
            yield scope.at(("images", index), "image", f"`{image}` is not in the pin file", hint=hint)
        elif pin is not None and pin.digest is None:
            yield scope.at(("images", index), "digest", f"nobody has verified a digest of {pin.ref} yet", "note")


def _wrong(scope: Scope, image: str) -> str:
    """What is wrong with an image reference, as a sentence; empty when nothing is."""
    if image.startswith(("meshlab/", "placeholder/")):
        return "" if image.startswith("placeholder/") else _built(scope, image)
    name = image.partition("@")[0]
    if ":" not in name.rpartition("/")[2] or name.endswith(":latest"):
        return f"the image `{image}` is not pinned by a tag"
    if scope.pins is None:
        return ""
    for pinned, pin in scope.pins.images.items():
        if name == pin.ref:
            listed = pinned in scope.loaded.lab.images
            return "" if listed else f"the image `{image}` is not among the lab's `images`; add `{pinned}`"
    return f"the image `{image}` does not stand in the pin file"


def _built(scope: Scope, image: str) -> str:
    known = ", ".join(f"${{{image_name(one)}}}" for one in scope.loaded.lab.images if one.startswith("meshlab/"))
    return f"`{image}` is built by meshlab, its tag follows from its content; write {known or '${image_NAME}'}"


def _all(scope: Scope) -> Iterator[Manifest]:
    """Every manifest that can be read; those that cannot are reported by other rules."""
    loaded, extra = scope.loaded, scope.extra
    folders = [solve_folder(loaded, step.id) for step in loaded.lab.steps]
    folders += [wrong_folder(loaded, wrong.id) for wrong in loaded.lab.wrong]
    for start in (BASE, START):
        try:
            yield from manifests(loaded, start, extra)
        except LabError:
            continue
    for folder in folders:
        try:
            yield from load_change(loaded, folder, extra).manifests
        except LabError:
            continue


def _images(value: Any) -> Iterator[str]:
    """The images of all containers below a value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _CONTAINERS and isinstance(inner, list):
                yield from (one["image"] for one in inner if isinstance(one, dict) and isinstance(one.get("image"), str))
            yield from _images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _images(inner)
