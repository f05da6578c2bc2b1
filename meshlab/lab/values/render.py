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

    def replace(match: re.Match[str]) -> str:
        if match.group(1):
            return match.group(0)[1:]
        if match.group(3) and match.group(2) in values:
            return values[match.group(2)]
        line = first_line + text.count("\n", 0, match.start())
        problems.append(_unknown(match, values, file, line))
        # Plain text in its place, so that the rest of a file can still be looked at.
        return re.sub(r"\W", "_", match.group(2)) or "_"

    return _TEMPLATE.sub(replace, text), problems


def _unknown(match: re.Match[str], values: Mapping[str, str], file: str, line: int) -> Problem:
    name = match.group(2)
    if not match.group(3):
        message = "a template is opened with ${ and not closed in the same line"
    elif NAME.fullmatch(name):
        message = f"the template ${{{name}}} names no variable of the lab"
    else:
        message = f"${{{name}}} is not a template: only ${{name}} is, with a name of [a-z0-9_]"
    known = ", ".join(sorted(values)) or "none"
    hint = f"Declared are: {known}. For a literal text write $${{ instead of ${{, or $NAME in scripts."
    return Problem(file=file, line=line, rule="template", message=message, hint=hint)
