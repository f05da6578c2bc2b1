"""Template names beside a lab's variables: known only when a run is there. Usable in every file but lab.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from meshlab.lab.load import LoadedLab
from meshlab.lab.values.template_names import image_name, runtime_names


def template_values(loaded: LoadedLab, extra: Mapping[str, str] | None) -> dict[str, str]:
    """All template values: of the lab, of the seat, and what the run knows."""
    return {**_own(loaded), **(extra or {}), **loaded.values}


def text_values(loaded: LoadedLab, extra: Mapping[str, str] | None) -> dict[str, str]:
    """As `values`; names whose value is not known stay as they are written, so a page can be shown without a run."""
    return {name: f"${{{name}}}" for name in runtime_names(loaded.lab)} | template_values(loaded, extra)


def placeholders(loaded: LoadedLab, images: Mapping[str, str] | None = None) -> dict[str, str]:
    """Stand-ins for what only a run knows, for looking at a lab without one. images: name in the lab to its reference."""
    given = {image_name(name): reference for name, reference in (images or {}).items()}
    names = [name for name in runtime_names(loaded.lab) if name not in _own(loaded)]
    return {name: given.get(name) or _placeholder(name) for name in names}


def _placeholder(name: str) -> str:
    if name.startswith("image_"):
        return f"placeholder/{name}:0"
    if name.endswith("_port"):
        return "1"
    return f"http://{name}.invalid" if name.endswith("_url") else name


def _own(loaded: LoadedLab) -> dict[str, str]:
    return {"lab": loaded.id, "seed": str(loaded.seed), "namespace": loaded.lab.default_namespace}
