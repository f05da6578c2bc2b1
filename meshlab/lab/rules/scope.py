"""What a lint rule may look at, and how it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.load import LoadedLab
from meshlab.lab.pins import Pins
from meshlab.lab.problem import Key, Problem, Severity, display_path, key_text, problem_of
from meshlab.lab.values.template_values import placeholders


class Scope(Struct, frozen=True):
    """A lab that loads, and what it is compared with."""

    loaded: LoadedLab
    pins: Pins | None = None

    @property
    def extra(self) -> dict[str, str]:
        """Stand-ins for values that only a run knows; images by their pinned references."""
        images = {name: pin.ref for name, pin in self.pins.images.items()} if self.pins else {}
        return placeholders(self.loaded, images)

    def at(self, key: Key, rule: str, message: str, severity: Severity = "error", hint: str = "") -> Problem:
        """A problem at a key of lab.yaml."""
        name = key_text(key)
        while key and key_text(key) not in self.loaded.lines:
            key = key[:-1]
        line = self.loaded.line(key_text(key))
        return Problem(file=self.loaded.file, line=line, key=name, rule=rule, severity=severity, message=message, hint=hint)

    def file(self, path: Path, rule: str, message: str, severity: Severity = "error", hint: str = "") -> Problem:
        """A problem of a file or folder as a whole."""
        return Problem(file=display_path(path), rule=rule, severity=severity, message=message, hint=hint)


Rule = Callable[[Scope], Iterator[Problem]]


def caught(rule: str, error: LabError) -> Problem:
    """What kept a rule from looking further."""
    return problem_of(error, rule)
