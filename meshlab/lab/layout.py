"""Where the parts of a lab's folder are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from meshlab.lab.load import LoadedLab
from meshlab.lab.model import Lab

BASE = Path("setup/base")
START = Path("setup/start")
LANGUAGES = ("en", "zh")


def numbered(lab: Lab, step: str) -> str:
    """`02-flip` for the second step `flip`. KeyError when the lab has no such step."""
    for number, one in enumerate(lab.steps, 1):
        if one.id == step:
            return f"{number:02d}-{step}"
    raise KeyError(step)


def text_file(loaded: LoadedLab, language: str) -> Path:
    """The words of the lab, by id."""
    return loaded.folder / "text" / language / "lab.yaml"


def page_file(loaded: LoadedLab, step: str, language: str) -> Path:
    """The page of a step."""
    return loaded.folder / "text" / language / f"{numbered(loaded.lab, step)}.md"


def solve_folder(loaded: LoadedLab, step: str) -> Path:
    """What makes a step green."""
    return loaded.folder / "solve" / numbered(loaded.lab, step)


def wrong_folder(loaded: LoadedLab, misconception: str) -> Path:
    """What a misconception applies."""
    return loaded.folder / "wrong" / misconception


def proof_file(folder: Path) -> Path:
    """What `meshlab prove` wrote."""
    return folder / "proof.json"


def cluster_of(folder: Path, clusters: Iterable[str]) -> str:
    """The cluster that a subfolder is for; empty when its name is no cluster's."""
    return folder.name if folder.name in clusters else ""
