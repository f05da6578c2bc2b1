"""Server-side apply over plain dicts: who manages which field, and which fields go when they are no longer applied.

FieldsV1 as the API server writes it, for maps, and for lists whose items have a name; other lists are one field.
"""

from __future__ import annotations

import json
from typing import Any

Path = tuple[str, ...]
_OURS = {"apiVersion", "kind", "status"}
_META = {"name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "deletionTimestamp"}


def paths(obj: dict[str, Any]) -> set[Path]:
    """Every field that a manifest declares."""
    return {
        path
        for path in _leaves(obj)
        if path[0].removeprefix("f:") not in _OURS and not (path[0] == "f:metadata" and path[1].removeprefix("f:") in _META)
    }


def _leaves(value: Any, at: Path = ()) -> set[Path]:
    if isinstance(value, dict) and value:
        return {path for name, inner in value.items() for path in _leaves(inner, (*at, f"f:{name}"))}
    if _by_name(value):
        found: set[Path] = set()
        for item in value:
            found |= _leaves(item, (*at, "k:" + json.dumps({"name": item["name"]}, separators=(",", ":"))))
        return found
    return {at}


def _by_name(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "name" in one for one in value)


def to_v1(found: set[Path]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path in sorted(found):
        at = tree
        for name in path:
            at = at.setdefault(name, {})
    return tree


def from_v1(tree: dict[str, Any], at: Path = ()) -> set[Path]:
    if not tree:
        return {at} if at else set()
    return {path for name, inner in tree.items() for path in from_v1(inner, (*at, name))}


def put(into: Any, declared: Any) -> Any:
    """Declared values over live ones."""
    if isinstance(into, dict) and isinstance(declared, dict):
        return into | {name: put(into.get(name), inner) for name, inner in declared.items()}
    if _by_name(into) and _by_name(declared):
        wanted = {one["name"]: one for one in declared}
        kept = [put(one, wanted.pop(one["name"])) if one["name"] in wanted else one for one in into]
        return [*kept, *wanted.values()]
    return declared


def take_away(obj: Any, path: Path) -> None:
    """Remove one field, and what it leaves empty above it."""
    head, rest = path[0], path[1:]
    if head.startswith("k:"):
        name = json.loads(head[2:])["name"]
        item = next((one for one in obj if one["name"] == name), None)
        if item is None:
            return
        if rest in ((), ("f:name",)):
            obj.remove(item)
        else:
            take_away(item, rest)
        return
    name = head[2:]
    if not isinstance(obj, dict) or name not in obj:
        return
    if rest:
        take_away(obj[name], rest)
    if not rest or obj[name] in ({}, []):
        del obj[name]
