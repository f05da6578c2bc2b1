"""What is wrong with a single value, as a sentence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from msgspec import inspect


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{found[0]}`?" if found else ""


def wrong(data: Any, info: inspect.Type) -> str:
    """What is wrong with a single value; empty when nothing is."""
    match info:
        case inspect.StrType():
            return _text(data, info)
        case inspect.BoolType():
            return "" if isinstance(data, bool) else f"must be true or false, not {named(data)}"
        case inspect.IntType():
            return _bounds(data, info) if _is_number(data, int) else f"must be a whole number, not {named(data)}"
        case inspect.FloatType():
            return _bounds(data, info) if _is_number(data, int, float) else f"must be a number, not {named(data)}"
        case inspect.LiteralType():
            if any(data == value and type(data) is type(value) for value in info.values):
                return ""
            known = [str(value) for value in info.values if value != ""]
            return f"must be one of {', '.join(known)}, not {named(data)}{nearest(str(data), known)}"
        case _:
            return ""


def _is_number(data: Any, *kinds: type) -> bool:
    return isinstance(data, kinds) and not isinstance(data, bool)


def _text(data: Any, info: inspect.StrType) -> str:
    if not isinstance(data, str):
        quotes = "" if isinstance(data, dict | list | None) else "; put it into quotes"
        return f"must be text, not {named(data)}{quotes}"
    if info.pattern is not None and ("\n" in data or not re.search(info.pattern, data)):
        return f"must be lower-case letters and digits joined by single hyphens, not `{data[:60]}`"
    if info.max_length is not None and len(data) > info.max_length:
        return f"has more than {info.max_length} characters"
    return ""


def _bounds(data: float, info: inspect.IntType | inspect.FloatType) -> str:
    if info.ge is not None and data < info.ge:
        return f"must be at least {info.ge}, not {data}"
    if info.le is not None and data > info.le:
        return f"must be at most {info.le}, not {data}"
    return ""


def named(data: Any) -> str:
    """A value as a message names it."""
    match data:
        case None:
            return "nothing"
        case bool():
            return "true" if data else "false"
        case str():
            return f"the text `{data[:60]}`"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return f"the number {data}"
