"""Changing one setting in the file; comments and all other lines stay as they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshlab import files
from meshlab.errors import EnvironmentFault, UsageError
from meshlab.settings.clashes import Bound, agreed
from meshlab.settings.model import KEYS, Loaded
from meshlab.settings.read import ENVIRONMENT, flat, read, understood

HEADER = re.compile(r"^\s*\[")


def keep(name: str, value: str | None, file: Path | None = None, *, own: Mapping[str, Bound] | None = None) -> Loaded:
    """Write `theme` or `keys.lab.check`; None takes it out, so that the default holds. The settings as they are then.

    UsageError when the value could not be followed (with `own` also when its key clashes), when the file cannot be read, or
    is written in a way that cannot be changed line by line; EnvironmentFault when it cannot be written.
    """
    loaded = read(file)
    if any(one.what in ("syntax", "unreadable") for one in loaded.problems):
        raise UsageError(loaded.problems[0].sentence(loaded.file, "en"), hint="Mend that line first, or remove the file.")
    text = changed(loaded.text, name, value)
    fresh = understood(loaded.file, text)
    clashes = agreed(fresh.settings.keys, own)[1] if own is not None else []
    if wrong := next((one for one in [*fresh.problems, *clashes] if one.key == name), None):
        raise UsageError(f"{name}: {wrong.words('en')}.")
    if _values(text) != _wanted(loaded.text, name, value):
        raise UsageError(f"{loaded.file}: {name} cannot be changed from here.", hint="Change it in the file.")
    try:
        # Whoever keeps the file elsewhere and links to it wants the link to stay.
        files.write(loaded.file.resolve(), text.encode())
    except EnvironmentFault as error:
        raise EnvironmentFault(error.message, hint=f"Or set {ENVIRONMENT} to another folder.") from error
    return fresh


def changed(text: str, name: str, value: str | None) -> str:
    """The text with this setting in it (or without it)."""
    lines = text.splitlines()
    section, key = (KEYS, name.removeprefix(f"{KEYS}.")) if name.startswith(f"{KEYS}.") else ("", name)
    start, end = _section(lines, section)
    if start is None:
        start = end = len(lines)
        if value is not None:
            lines += [*([""] if lines else []), f"[{section}]"]
            start = end = len(lines)
    place = next((at for at in range(start, end) if _names(lines[at], key)), None)
    if place is None:
        lines[end:end] = [] if value is None else [_line(section, key, value)]
    elif value is None:
        del lines[place]
    else:
        lines[place] = _replaced(lines[place], _line(section, key, value), value)
    return "\n".join(lines) + "\n" if lines else ""


def _section(lines: list[str], section: str) -> tuple[int | None, int]:
    """First line and end of a table; the first None where there is no such table."""
    start: int | None = 0
    if section:
        heads = [at for at, line in enumerate(lines) if re.match(rf"^\s*\[\s*{section}\s*\]", line)]
        start = heads[0] + 1 if heads else None
    if start is None:
        return None, len(lines)
    end = next((at for at in range(start, len(lines)) if HEADER.match(lines[at])), len(lines))
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


def _names(line: str, key: str) -> bool:
    return re.match(rf"""^\s*["']?{re.escape(key)}["']?\s*=""", line) is not None


def _line(section: str, key: str, value: str) -> str:
    return f'"{key}" = {_quoted(value)}' if section else f"{key} = {_quoted(value)}"


def _replaced(line: str, whole: str, value: str) -> str:
    """Only the value, where it is a plain string, so that a comment behind it stays."""
    plain = re.match(r"""^(\s*[^=]+=\s*)("[^"\\]*"|'[^']*')(.*)$""", line)
    return f"{plain.group(1)}{_quoted(value)}{plain.group(3)}" if plain else whole


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _values(text: str) -> list[tuple[str, Any]]:
    try:
        return sorted(flat(tomllib.loads(text)), key=lambda pair: pair[0])
    except tomllib.TOMLDecodeError:
        return []


def _wanted(text: str, name: str, value: str | None) -> list[tuple[str, Any]]:
    found = [pair for pair in _values(text) if pair[0] != name]
    return sorted([*found, (name, value)] if value is not None else found, key=lambda pair: pair[0])
