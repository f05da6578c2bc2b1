"""Patches on plain data: merge (RFC 7386) and JSON (RFC 6902). ValueError when a path is not there."""

from __future__ import annotations

import copy
from typing import Any


def merge(into: Any, patch: Any) -> Any:
    """The result of a merge patch; neither argument is changed."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(into) if isinstance(into, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def operations(into: Any, patch: list[dict[str, Any]]) -> Any:
    """The result of a JSON patch. ValueError when it does not fit."""
    whole = {"": copy.deepcopy(into)}
    for one in patch:
        try:
            _one(whole, one)
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"{one.get('op')} {one.get('path')} does not fit") from error
    return whole[""]


def _one(whole: Any, one: dict[str, Any]) -> None:
    match one["op"]:
        case "add" | "replace":
            _put(whole, one["path"], copy.deepcopy(one["value"]), insert=one["op"] == "add")
        case "remove":
            _take(whole, one["path"])
        case "move":
            _put(whole, one["path"], _take(whole, one["from"]), insert=True)
        case "copy":
            _put(whole, one["path"], copy.deepcopy(_get(whole, one["from"])), insert=True)
        case "test":
            if _get(whole, one["path"]) != one["value"]:
                raise ValueError(f"{one['path']} is not {one['value']!r}")
        case other:
            raise ValueError(f"no operation {other!r}")


def _steps(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]


def _key(at: Any, name: str) -> Any:
    return int(name) if isinstance(at, list) and name != "-" else name


def _get(whole: Any, path: str) -> Any:
    at = whole
    for name in _steps(path):
        at = at[_key(at, name)]
    return at


def _above(whole: Any, path: str) -> tuple[Any, Any]:
    *way, last = _steps(path)
    at = whole
    for name in way:
        at = at[_key(at, name)]
    return at, _key(at, last)


def _put(whole: Any, path: str, value: Any, *, insert: bool) -> None:
    at, key = _above(whole, path)
    if isinstance(at, list) and key == "-":
        at.append(value)
    elif isinstance(at, list) and insert:
        at.insert(key, value)
    else:
        if not insert and key not in at and isinstance(at, dict):
            raise KeyError(key)
        at[key] = value


def _take(whole: Any, path: str) -> Any:
    at, key = _above(whole, path)
    return at.pop(key)
