"""Reads a lab folder for a seat: variables first, then the whole file with its templates filled in."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct, field

from meshlab.errors import LabError
from meshlab.lab.files.text_file import read_text
from meshlab.lab.model import Lab, Variable
from meshlab.lab.problem import Mistake, Problem, display_path, key_text, problem_of
from meshlab.lab.rules import structure
from meshlab.lab.values.render import fill
from meshlab.lab.values.variables import Values, block, shape_error
from meshlab.lab.yaml import typed
from meshlab.lab.yaml.parse import Document, parse_document

LARGEST = 512 * 1024
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


_BLOCK = "`variables:` is a block of its own that starts a line, with its lines indented"


class LoadedLab(Struct, frozen=True, kw_only=True):
    """A lab with the values of one seat."""

    id: str
    """The folder's name."""
    folder: Path
    lab: Lab
    seed: int
    values: dict[str, str]
    """Every variable's value."""
    lines: dict[str, int] = field(default_factory=dict)
    """Key path such as steps[1].checks[0] to its line in lab.yaml."""

    @property
    def file(self) -> str:
        """lab.yaml as messages name it."""
        return display_path(self.folder / "lab.yaml")

    def line(self, key: str) -> int | None:
        """The 1-based line of a key path in lab.yaml."""
        return self.lines.get(key)


class Reading(Struct, frozen=True):
    """The result of reading a lab: the lab, or all problems."""

    loaded: LoadedLab | None
    problems: tuple[Problem, ...] = ()


def load_lab(folder: Path, seed: int = 0) -> LoadedLab:
    """The lab in a folder. LabError with file, line and key for the first thing that is wrong."""
    reading = read_lab(folder, seed)
    if reading.loaded is None:
        raise reading.problems[0].error()
    return reading.loaded


def read_lab(folder: Path, seed: int = 0) -> Reading:
    """As `load_lab`, but with everything that is wrong rather than an exception."""
    try:
        # Not `resolve`: a lab may be reached by a link, whose name is its id.
        return _read(folder.absolute() if folder.name not in ("", "..") else folder.resolve(), seed)
    except LabError as error:
        return Reading(None, (problem_of(error, "unreadable"),))


def _read(folder: Path, seed: int) -> Reading:
    file = folder / "lab.yaml"
    text = read_text(file, LARGEST)
    if not _ID.fullmatch(folder.name):
        hint = "An id is made of lower-case letters and digits, joined by single hyphens."
        raise LabError(f"the folder's name `{folder.name}` is not a valid lab id", file=display_path(file), hint=hint)
    start, end = block(text)
    values, problems = _values(text[start:end], text.count("\n", 0, start) + 1, display_path(file), folder.name, seed)
    before, before_problems = fill(text[:start], values, display_path(file))
    after, after_problems = fill(text[end:], values, display_path(file), text.count("\n", 0, end) + 1)
    rendered = before + text[start:end] + after
    if len(rendered) > 4 * LARGEST:
        raise LabError("the file gets too large once its templates are filled in", file=display_path(file))
    if problems:
        # Templates of variables that could not be drawn would only repeat these problems.
        return Reading(None, tuple(problems))
    problems = [*before_problems, *after_problems]
    try:
        source = parse_document(rendered, display_path(file))
        problems += map(source.problem, _faults(source))
    except LabError as error:
        problems.append(problem_of(error, "unreadable"))
    if problems:
        return Reading(None, tuple(sorted(problems, key=lambda one: one.line or 0)))
    lab = typed.convert(source, Lab, source.data, ())
    if lab.variables.keys() != values.keys():
        raise source.error(("variables",), _BLOCK)
    lines = {key_text(key): line for key, line in source.lines.items()}
    return Reading(LoadedLab(id=folder.name, folder=folder, lab=lab, seed=seed, values=values, lines=lines))


def _faults(source: Document) -> list[Mistake]:
    """The mistakes of type or, if there are none, the mistakes of structure."""
    found = [*source.mistakes, *typed.mistakes(source.data, Lab)]
    if found:
        return found
    return structure(typed.convert(source, Lab, source.data, ()))


def _values(text: str, line: int, file: str, lab_id: str, seed: int) -> tuple[dict[str, str], list[Problem]]:
    """Draw every variable of the `variables:` block, which stands at `line`."""
    if not text:
        return {}, []
    source = parse_document(text, file, line)
    if not isinstance(source.data, dict) or list(source.data) != ["variables"]:
        raise source.error((), _BLOCK)
    mistakes = [*source.mistakes, *typed.mistakes(source.data, dict[str, dict[str, Variable]])]
    if mistakes:
        return {}, [source.problem(mistake) for mistake in mistakes]
    variables = typed.convert(source, dict[str, dict[str, Variable]], source.data, ())["variables"]
    errors = {name: shape_error(name, variable) for name, variable in variables.items()}
    mistakes = [Mistake(("variables", name), message, "variable") for name, message in errors.items() if message]
    values = Values(lab_id, seed, variables)
    for name in variables if not mistakes else ():
        try:
            values.get(name)
        except ValueError as error:
            mistakes.append(Mistake(("variables", name), str(error), "variable"))
            values.open.clear()
    return values.known, [source.problem(mistake) for mistake in mistakes]
