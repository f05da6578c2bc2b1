"""Template names beside a lab's variables: known only when a run is there. Usable in every file but lab.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from meshlab.lab.load import LoadedLab
from meshlab.lab.names import runtime_names


def values(loaded: LoadedLab, extra: Mapping[str, str] | None) -> dict[str, str]:
    """All template values: of the lab, of the seat, and what the run knows."""
    return {**_own(loaded), **(extra or {}), **loaded.values}


def text_values(loaded: LoadedLab, extra: Mapping[str, str] | None) -> dict[str, str]:
    """As `values`; names whose value is not known stay as they are written, so a page can be shown without a run."""
    return {name: f"${{{name}}}" for name in runtime_names(loaded.lab)} | values(loaded, extra)


def placeholders(loaded: LoadedLab, images: Mapping[str, str] | None = None) -> dict[str, str]:
    """Stand-ins for everything that only a run knows, for looking at a lab without one. images: name to reference."""
    made = {
        name: "1" if name.endswith("_port") else f"http://{name.replace('_', '-')}.invalid"
        for name in runtime_names(loaded.lab)
    }
    named = {f"image_{name.replace('-', '_')}": reference for name, reference in (images or {}).items()}
    return {
        name: named.get(name, f"placeholder/{name}:0" if name.startswith("image_") else value) for name, value in made.items()
    }


def _own(loaded: LoadedLab) -> dict[str, str]:
    return {"lab": loaded.id, "seed": str(loaded.seed), "namespace": loaded.lab.default_namespace}
