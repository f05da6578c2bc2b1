"""Changing one setting in the file; comments and all other lines stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from meshlab import files
from meshlab.errors import EnvironmentFault, UsageError
from meshlab.settings.key_clashes import Bound, agreed
from meshlab.settings.model import KEYS, Loaded
from meshlab.settings.read import read, understood


def save(name: str, value: str | None, file: Path | None = None, *, own: Mapping[str, Bound] | None = None) -> Loaded:
    """Write `theme` or `keys.lab.check`; None removes it, so that the default applies. The settings as they are then.

    UsageError when the value could not be followed (with `own` also when its key clashes) or when the file cannot be read;
    EnvironmentFault when it cannot be written.
    """
    loaded = read(file)
    if any(problem.what in ("syntax", "unreadable") for problem in loaded.problems):
        raise UsageError("settings.broken", problem=loaded.problems[0].said(loaded.file))
    text = with_setting(loaded.text, name, value)
    fresh = understood(loaded.file, text)
    clashes = agreed(fresh.settings.keys, own)[1] if own is not None else []
    if wrong := next((problem for problem in [*fresh.problems, *clashes] if problem.key == name), None):
        raise UsageError("settings.refused", name=name, problem=wrong.words)
    try:
        # The file may be a link to a file elsewhere: the link must stay.
        files.write(loaded.file.resolve(), text.encode())
    except EnvironmentFault as error:
        raise EnvironmentFault("settings.unwritable", why=error) from error
    return fresh


def with_setting(text: str, name: str, value: str | None) -> str:
    """The text with this setting in it (or without it). It must be TOML."""
    import tomlkit

    document = tomlkit.parse(text)
    places = list(_places(document, name))
    if value is not None and not places:
        table, key = (document, name) if not name.startswith(f"{KEYS}.") else (_keys(document), name.removeprefix(f"{KEYS}."))
        table[key] = value
    for index, (table, key) in enumerate(places):
        if value is None or index:
            # Written twice, as `"lab.check"` and as `lab.check`, it would be two settings.
            del table[key]
        else:
            table[key] = value
    return document.as_string()


def _places(table: MutableMapping[str, Any], name: str) -> Iterator[tuple[MutableMapping[str, Any], str]]:
    """Where the setting stands: `"lab.check"` without quotes is a table in a table to TOML."""
    for key in list(table):
        if key == name:
            yield table, key
        elif name.startswith(f"{key}.") and isinstance(table[key], MutableMapping):
            yield from _places(table[key], name.removeprefix(f"{key}."))


def _keys(document: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The table of keys, made where there is none. What stands in its place and is no table could not be followed anyway."""
    import tomlkit

    if not isinstance(document.get(KEYS), MutableMapping):
        document.pop(KEYS, None)
        document[KEYS] = tomlkit.table()
    table: MutableMapping[str, Any] = document[KEYS]
    return table
