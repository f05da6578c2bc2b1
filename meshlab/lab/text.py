"""The words of a lab in one language, with the seat's values in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from meshlab.errors import LabError
from meshlab.lab.files import lab_folder
from meshlab.lab.files.text_file import read_text
from meshlab.lab.load import LoadedLab
from meshlab.lab.problem import display_path
from meshlab.lab.values.render import render
from meshlab.lab.values.template_values import text_values
from meshlab.lab.yaml import typed
from meshlab.lab.yaml.parse import parse_document


class _Words(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True, kw_only=True):
    """Every part of a text file: unknown keys refused."""


class StepText(_Words, frozen=True, kw_only=True):
    """The words of a step beside its page."""

    title: str


class CheckText(_Words, frozen=True, kw_only=True):
    """The words of a check."""

    title: str
    why: str = ""
    help: dict[str, str] = field(default_factory=dict)
    """Reason id to a sentence that helps when the check is red for it."""
    question: str = ""
    choices: dict[str, str] = field(default_factory=dict)


class ExperimentText(_Words, frozen=True, kw_only=True):
    """The words of an experiment."""

    title: str
    question: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    explanation: str = ""
    """Markdown, shown when the experiment is finished."""


class LabText(_Words, frozen=True, kw_only=True):
    """All words of a lab but its pages; keys are the ids of lab.yaml."""

    title: str
    why: str = ""
    summary: str = ""
    steps: dict[str, StepText] = field(default_factory=dict)
    checks: dict[str, CheckText] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    experiments: dict[str, ExperimentText] = field(default_factory=dict)
    debrief: dict[str, str] = field(default_factory=dict)
    """Step id to Markdown that is shown once the step is green."""
    comparison: dict[str, str] = field(default_factory=dict)
    """Row of the comparison to its value, where that is words."""


def lab_text(loaded: LoadedLab, language: str, extra: Mapping[str, str] | None = None) -> LabText:
    """The words of a lab, English where the language is missing. LabError when they cannot be read."""
    path = lab_folder.text_file(loaded, language)
    if language != "en" and not path.exists():
        path = lab_folder.text_file(loaded, "en")
    source = parse_document(_rendered(loaded, path, extra), display_path(path))
    return typed.decode(source, LabText)


def page(loaded: LoadedLab, step: str, language: str, extra: Mapping[str, str] | None = None) -> str:
    """The Markdown page of a step, English where the language is missing. LabError when it cannot be read."""
    try:
        path = lab_folder.page_file(loaded, step, language)
    except KeyError:
        known = [one.id for one in loaded.lab.steps]
        raise LabError(f"no step `{step}`{typed.did_you_mean(step, known)}", file=loaded.file) from None
    if language != "en" and not path.exists():
        path = lab_folder.page_file(loaded, step, "en")
    return _rendered(loaded, path, extra)


def _rendered(loaded: LoadedLab, path: Path, extra: Mapping[str, str] | None) -> str:
    return render(read_text(path), text_values(loaded, extra), display_path(path))
