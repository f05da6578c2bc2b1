"""Reads the settings file. A broken file is never an error: its problems are reported and the defaults apply."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from meshlab.settings.key_names import keys_of, unknown_key
from meshlab.settings.model import CHOICES, KEYS, Loaded, Problem, Settings, allowed
from meshlab.words import known

ENVIRONMENT = "MESHLAB_CONFIG"
NAME = "settings.toml"


def find() -> Path:
    """The file: in the folder $MESHLAB_CONFIG, else where the platform keeps configuration."""
    if folder := os.environ.get(ENVIRONMENT, ""):
        return Path(folder).expanduser().absolute() / NAME
    from platformdirs import user_config_path

    return user_config_path("meshlab") / NAME


def read(file: Path | None = None) -> Loaded:
    """The settings; never an error."""
    file = file or find()
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Loaded(file=file)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        return Loaded(file=file, problems=(Problem(what="unreadable", parameters={"why": why or "UTF-8?"}),))
    return understood(file, text)


def understood(file: Path, text: str) -> Loaded:
    """What a file with this text says."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Loaded(file=file, text=text, problems=(_syntax(str(error)),))
    problems: list[Problem] = []
    chosen = dict(_plain(text, table, problems))
    keys = dict(_keys(text, table.get(KEYS, {}), problems))
    return Loaded(file=file, text=text, settings=Settings(keys=keys, **chosen), problems=tuple(problems))


def flat(table: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """`lab.check = "x"` without quotes is a table in a table to TOML; a person means the id."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def line_of(text: str, key: str) -> int | None:
    """Where the key stands, as far as a look at the lines tells."""
    name = key.removeprefix(f"{KEYS}.")
    pattern = re.compile(rf"""^\s*["']?{re.escape(name)}["']?\s*=""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), None)


def _syntax(message: str) -> Problem:
    place = re.search(r"line (\d+)", message)
    why = re.sub(r" \(at .*\)", "", message)
    return Problem(what="syntax", line=int(place.group(1)) if place else None, parameters={"why": why})


def _plain(text: str, table: dict[str, Any], problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """All but keys."""
    for name, value in table.items():
        if name == KEYS:
            continue
        if name not in CHOICES:
            problems.append(_unknown(text, name, [*CHOICES, KEYS], "unknown"))
        elif not allowed(name, value):
            parameters = {"value": str(value), "allowed": ", ".join(CHOICES[name])}
            problems.append(Problem(what="value", line=line_of(text, name), key=name, parameters=parameters))
        else:
            yield name, value


def _keys(text: str, table: Any, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    if not isinstance(table, dict):
        problems.append(Problem(what="no-table", line=line_of(text, KEYS), key=KEYS))
        return
    for name, value in flat(table):
        key, line = f"{KEYS}.{name}", line_of(text, name)
        keys = keys_of(value)
        if not known(f"tui.key.{name}"):
            problems.append(_unknown(text, key, [], "unknown-id"))
        elif not keys:
            problems.append(Problem(what="no-keys", line=line, key=key))
        elif wrong := next((one for one in keys if unknown_key(one)), ""):
            problems.append(Problem(what="no-key", line=line, key=key, parameters={"value": wrong}))
        else:
            yield name, ",".join(keys)


def _unknown(text: str, key: str, names: list[str], what: str) -> Problem:
    near = get_close_matches(key, names, n=1)
    parameters = {"names": ", ".join(near or names)}
    return Problem(what=what, line=line_of(text, key), key=key, parameters=parameters)
