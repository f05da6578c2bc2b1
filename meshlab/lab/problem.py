"""What is wrong with a lab, and where: lint lists problems, loading raises the first one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from meshlab.errors import LabError

Key = tuple[str | int, ...]
"""Where in a YAML document: ("steps", 1, "checks", 0)."""

Severity = Literal["error", "warning", "note"]


class Mistake(Struct, frozen=True):
    """What is wrong inside a document, before its file and line are known."""

    key: Key
    message: str
    rule: str
    hint: str = ""


class Problem(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of `meshlab lint`."""

    file: str
    line: int | None = None
    """1-based."""
    key: str = ""
    """Like steps[1].checks[0].share.nearest."""
    rule: str
    severity: Severity = "error"
    message: str
    hint: str = ""

    def error(self) -> LabError:
        """The same as an exception."""
        return LabError(self.message, file=self.file, line=self.line, key=self.key, hint=self.hint)


def problem_of(error: LabError, rule: str) -> Problem:
    """The problem that an exception describes."""
    return Problem(file=error.file, line=error.line, key=error.key, rule=rule, message=error.message, hint=error.hint)


def key_text(key: Key) -> str:
    """steps[1].checks[0] for ("steps", 1, "checks", 0)."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in key]
    return "".join(parts).removeprefix(".")


def display_path(path: Path) -> str:
    """The path as messages write it: relative to the working directory where it lies below that."""
    full = path.absolute()
    here = Path.cwd()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(full)
