"""JSON that a script can rely on: one object with a `schema` number and a `kind`, keys as in the structs."""

from __future__ import annotations

from typing import Any

import msgspec

SCHEMA = 1


def envelope(kind: str, **content: Any) -> str:
    """Pretty JSON of {schema, kind, ...content}; structs become objects, defaults included."""
    plain = {"schema": SCHEMA, "kind": kind} | {name: msgspec.to_builtins(value) for name, value in content.items()}
    return msgspec.json.format(msgspec.json.encode(plain), indent=2).decode()


def line(kind: str, **content: Any) -> str:
    """The same on one line, for streams of events."""
    plain = {"schema": SCHEMA, "kind": kind} | {name: msgspec.to_builtins(value) for name, value in content.items()}
    return msgspec.json.encode(plain).decode()
