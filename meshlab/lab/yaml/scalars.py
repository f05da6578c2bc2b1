"""What an unquoted YAML scalar means: as kubectl reads it, JSON values only, dates stay text."""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_OCTAL = re.compile(r"([-+]?)0o?([0-7]+)")
_HEXADECIMAL = re.compile(r"([-+]?)0x([0-9a-fA-F]+)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LARGEST = 2**63

WORDS = frozenset(word for word in _CONSTANTS if word)
"""Texts that YAML would not read as texts."""


def meaning(text: str) -> Scalar:
    """The value of an unquoted scalar. ValueError for a number that JSON and Kubernetes cannot hold."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) > 40 or not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a number that JSON can hold")
    number = _integer(text)
    if number is not None:
        return _bounded(number, text)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"{text} is too large")
        return value
    return text


def _integer(text: str) -> int | None:
    if _DECIMAL.fullmatch(text):
        return int(text.replace("_", ""))
    for pattern, base in ((_HEXADECIMAL, 16), (_OCTAL, 8)):
        found = pattern.fullmatch(text)
        if found:
            return int(found.group(1) + found.group(2), base)
    return None


def _bounded(number: int, text: str) -> int:
    if not -_LARGEST <= number < _LARGEST:
        raise ValueError(f"{text} does not fit into 64 bits; put it into quotes if it is a text")
    return number
