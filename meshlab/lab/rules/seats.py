"""Whatever a seat draws, its lab loads; and every variable is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from meshlab.errors import LabError
from meshlab.lab.files.text_file import read_text
from meshlab.lab.load import read_lab
from meshlab.lab.problem import Problem
from meshlab.lab.rules.scope import Scope

SEEDS = range(1, 13)


def rule(scope: Scope) -> Iterator[Problem]:
    """Problems that only some seeds have, then variables without use."""
    for seed in SEEDS:
        reading = read_lab(scope.loaded.folder, seed)
        if reading.problems:
            first = reading.problems[0]
            message = f"with seed {seed}: {first.message}"
            yield Problem(file=first.file, line=first.line, key=first.key, rule="seat", message=message, hint=first.hint)
            break
    yield from _unused(scope)


def _unused(scope: Scope) -> Iterator[Problem]:
    texts = [text for path in sorted(scope.loaded.folder.rglob("*")) if path.is_file() for text in _text(path)]
    expressions = " ".join(one.value or "" for one in scope.loaded.lab.variables.values())
    for name in scope.loaded.lab.variables:
        if not any(f"${{{name}}}" in text for text in texts) and name not in expressions:
            yield scope.at(("variables", name), "unused", f"nothing uses the variable `{name}`", "warning")


def _text(path: Path) -> Iterator[str]:
    try:
        yield read_text(path)
    except LabError:
        # Reported by the rule that reads the file.
        return
