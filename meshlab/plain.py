"""Structs as plain data with every field, also those that a file leaves out because they have their defaults."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct


def plain(value: Any) -> Any:
    """What JSON can hold. Keys are those of the struct; a tag comes first."""
    if isinstance(value, Struct):
        return _tag(value) | {
            name: plain(found)
            for attribute, name in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            if (found := getattr(value, attribute)) is not UNSET
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
