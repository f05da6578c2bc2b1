"""JSON that a script can rely on: one object with a `schema` number and a `kind`, keys as in the structs."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct

SCHEMA = 1


def envelope(kind: str, **content: Any) -> str:
    """Pretty JSON of {schema, kind, ...content}; structs become objects, defaults included."""
    return msgspec.json.format(msgspec.json.encode(_whole(kind, content)), indent=2).decode()


def line(kind: str, **content: Any) -> str:
    """The same on one line, for streams of events."""
    return msgspec.json.encode(_whole(kind, content)).decode()


def _whole(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"schema": SCHEMA, "kind": kind} | {name: plain(value) for name, value in content.items()}


def plain(value: Any) -> Any:
    """What JSON can hold, also fields that have their defaults. Keys are those of the struct; a tag comes first."""
    if isinstance(value, Struct):
        return _tag(value) | {
            name: plain(field)
            for attribute, name in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            if (field := getattr(value, attribute)) is not UNSET
        }
    if isinstance(value, dict):
        return {_key(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return msgspec.to_builtins(value)


def _tag(value: Struct) -> dict[str, Any]:
    config = value.__struct_config__
    return {str(config.tag_field): config.tag} if config.tag is not None else {}


def _key(key: Any) -> str:
    return str(msgspec.to_builtins(key, str_keys=True))
