"""How keys are spelled: `x`, `?`, `f5`, `ctrl+s`, `shift+left`, or the name of a sign, `question_mark`."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
NAMES = frozenset(
    ["up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace"]
    + ["enter", "escape", "tab", "space"]
    + [f"f{number}" for number in range(1, 25)]
)
RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Signs that terminals' key names call otherwise than Unicode does."""
SIGNS = {new: old for old, new in RENAMED.items()}


def keys_of(value: Any) -> tuple[str, ...]:
    """The keys of a setting, in one spelling each: from "x,f5" or ["x", "f5"]. Empty when it is neither."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return ()
    return tuple(dict.fromkeys(normal(part) for part in parts if part.strip()))


def normal(key: str) -> str:
    """A sign becomes its name, as the interface hears it: `?` is question_mark, `ctrl+A` is ctrl+a."""
    key = key.strip()
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if len(last) == 1 and not last.isalnum():
        name = re.sub("[ -]", "_", unicodedata.name(last, last).lower())
        last = RENAMED.get(name, name)
    return "+".join([*(one.lower() for one in modifiers), last.lower() if modifiers and len(last) == 1 else last])


def unknown_key(key: str) -> bool:
    """Whether no terminal has a key of this name."""
    *modifiers, last = key.split("+")
    return not all(one in MODIFIERS for one in modifiers) or not (last in NAMES or typed(last))


def typed(key: str) -> bool:
    """Whether the key writes a character where one is typed."""
    if len(key) == 1 or key == "space":
        return key.isalnum() or key == "space"
    try:
        unicodedata.lookup(SIGNS.get(key, key).replace("_", " "))
    except KeyError:
        return _hyphened(key)
    return True


def _hyphened(key: str) -> bool:
    # Names with a hyphen (`HYPHEN-MINUS`) cannot be told from those with a space by their underscores.
    try:
        unicodedata.lookup(SIGNS.get(key, key).replace("_", "-"))
    except KeyError:
        return False
    return True
