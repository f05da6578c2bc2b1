"""A submission: what a learner did, as a folder of changes by step, with the lab and the seed that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.change.read import Change, load_change
from meshlab.lab.files.lab_folder import numbered
from meshlab.lab.files.text_file import read_text
from meshlab.lab.load import LoadedLab
from meshlab.lab.problem import display_path
from meshlab.lab.yaml import typed
from meshlab.lab.yaml.parse import parse_document

FILE = "submission.yaml"


class Header(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """submission.yaml."""

    lab: str
    seed: int
    templates: bool = False
    """True: `${name}` is filled in as in the lab's own files; else every file is taken as it is."""


class Submission(Struct, frozen=True, kw_only=True):
    """All of a submission."""

    folder: Path
    header: Header
    steps: dict[str, Change]
    """By step id, in the order of the guide; steps without a folder are left out."""


def read_header(folder: Path) -> Header:
    """The lab and seed of a submission, needed to load the lab. LabError when there is no submission."""
    file = folder / FILE
    if not file.exists():
        raise LabError(
            f"{display_path(folder)} is not a submission: it has no {FILE}",
            file=display_path(file),
            hint="It holds `lab` and `seed`.",
        )
    return typed.decode(parse_document(read_text(file, 64 * 1024), display_path(file)), Header)


def load_submission(loaded: LoadedLab, folder: Path, extra: Mapping[str, str] | None = None) -> Submission:
    """The submission in a folder. LabError when it is for another lab or seed, or cannot be read."""
    folder = folder.absolute()
    header = read_header(folder)
    if (header.lab, header.seed) != (loaded.id, loaded.seed):
        here = f"{loaded.id} with seed {loaded.seed}"
        raise LabError(f"it is for {header.lab} with seed {header.seed}, not for {here}", file=display_path(folder / FILE))
    steps = {step.id: _folder(loaded, folder, step.id) for step in loaded.lab.steps}
    _no_others(folder, [path.name for path in steps.values() if path], [step.id for step in loaded.lab.steps])
    changes = {
        step: load_change(loaded, path, extra, templates=header.templates) for step, path in steps.items() if path is not None
    }
    for step, change in changes.items():
        _no_measured(step, change)
    return Submission(folder=folder, header=header, steps=changes)


def _folder(loaded: LoadedLab, folder: Path, step: str) -> Path | None:
    found = [path for path in (folder / step, folder / numbered(loaded.lab, step)) if path.is_dir()]
    if len(found) > 1:
        raise LabError(f"the step `{step}` has two folders", file=display_path(found[1]))
    return found[0] if found else None


def _no_others(folder: Path, used: list[str], steps: list[str]) -> None:
    """A folder with a typing error in its name must not pass for a step that was left out."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in used and not path.name.startswith("."):
            hint = f"Steps are: {', '.join(steps)}."
            raise LabError(f"no step `{path.name}`{typed.did_you_mean(path.name, steps)}", file=display_path(path), hint=hint)


def _no_measured(step: str, change: Change) -> None:
    for answer in change.answers.values():
        if answer.measured:
            message = f"`measured` is for a lab's own solution, not for the submission of step `{step}`"
            raise LabError(message, file=answer.file, line=answer.line, key=answer.check)
