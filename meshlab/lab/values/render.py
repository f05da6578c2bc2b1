"""Templates: `${name}` with declared names only. `$(VAR)`, `$name`, `%REQ()%`, `{{ }}` and `$[` are not ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

from meshlab.lab.problem import Problem

NAME = re.compile(r"[a-z][a-z0-9_]*")
_TEMPLATE = re.compile(r"(\$?)\$\{([^{}\n]*)(\}?)")


def render(text: str, values: Mapping[str, str], file: str, first_line: int = 1) -> str:
    """The text with its templates filled in; `$${` stands for a literal `${`. LabError at the first unknown name."""
    rendered, problems = fill(text, values, file, first_line)
    if problems:
        raise problems[0].error()
    return rendered


def fill(text: str, values: Mapping[str, str], file: str, first_line: int = 1) -> tuple[str, list[Problem]]:
    """The text with all known names filled in, and a problem for each template that is none."""
    problems: list[Problem] = []

    def one(found: re.Match[str]) -> str:
        if found.group(1):
            return found.group(0)[1:]
        if found.group(3) and found.group(2) in values:
            return values[found.group(2)]
        line = first_line + text.count("\n", 0, found.start())
        problems.append(_unknown(found, values, file, line))
        # Plain text in its place, so that the rest of a file can still be looked at.
        return re.sub(r"\W", "_", found.group(2)) or "_"

    return _TEMPLATE.sub(one, text), problems


def _unknown(found: re.Match[str], values: Mapping[str, str], file: str, line: int) -> Problem:
    name = found.group(2)
    if not found.group(3):
        message = "a template is opened with ${ and not closed in the same line"
    elif NAME.fullmatch(name):
        message = f"the template ${{{name}}} names no variable of the lab"
    else:
        message = f"${{{name}}} is not a template: only ${{name}} is, with a name of [a-z0-9_]"
    known = ", ".join(sorted(values)) or "none"
    hint = f"Declared are: {known}. For a literal text write $${{ instead of ${{, or $NAME in scripts."
    return Problem(file=file, line=line, rule="template", message=message, hint=hint)
