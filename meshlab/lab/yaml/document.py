"""A YAML document as plain JSON values that still knows the line of every key."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from meshlab.errors import LabError
from meshlab.lab.problem import Key, Mistake, Problem, key_text


class Document(Struct):
    """One YAML document: JSON values only, keys are always text."""

    file: str
    data: Any = None
    start: int = 1
    """1-based line of its first node."""
    lines: dict[Key, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    """Duplicate keys: the last one stands in `data`."""

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest thing around it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, self.start)

    def problem(self, mistake: Mistake) -> Problem:
        """The mistake with its place in the file."""
        return Problem(
            file=self.file,
            line=self.line(mistake.key),
            key=key_text(mistake.key),
            rule=mistake.rule,
            message=mistake.message,
            hint=mistake.hint,
        )

    def error(self, key: Key, message: str, hint: str = "") -> LabError:
        """An exception that points at a key."""
        return self.problem(Mistake(key, message, "", hint)).error()
