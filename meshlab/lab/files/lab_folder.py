"""Where the parts of a lab's folder are."""

from __future__ import annotations

from pathlib import Path

from meshlab.lab.files.content import labs_folder
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
    """What makes a step green: `solve/<step>`, or `solve/NN-<step>` as its page is named."""
    return of_step(loaded.lab, loaded.folder / "solve", step)


def of_step(lab: Lab, folder: Path, step: str) -> Path:
    """The subfolder of a step; it need not exist. KeyError when the lab has no such step."""
    with_number = folder / numbered(lab, step)
    return with_number if with_number.is_dir() else folder / step


def wrong_folder(loaded: LoadedLab, misconception: str) -> Path:
    """What a misconception applies."""
    return loaded.folder / "wrong" / misconception


def beside(loaded: LoadedLab, lab: str) -> Path | None:
    """The folder of another lab: of the same pack, else of those that came with meshlab; None when it is not there."""
    folders = (pack / lab for pack in (loaded.folder.parent, labs_folder()))
    return next((folder for folder in folders if (folder / "lab.yaml").exists()), None)


def proof_file(folder: Path) -> Path:
    """What `meshlab prove` wrote."""
    return folder / "proof.json"
