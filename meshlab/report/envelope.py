"""JSON that a script can rely on: one object with a `schema` number and a `kind`, keys as in the structs."""

from __future__ import annotations

from typing import Any

import msgspec

from meshlab.plain import plain

SCHEMA = 1


def envelope(kind: str, **content: Any) -> str:
    """Pretty JSON of {schema, kind, ...content}; structs become objects, defaults included."""
    return msgspec.json.format(msgspec.json.encode(_whole(kind, content)), indent=2).decode()


def line(kind: str, **content: Any) -> str:
    """The same on one line, for streams of events."""
    return msgspec.json.encode(_whole(kind, content)).decode()


def _whole(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"schema": SCHEMA, "kind": kind} | {name: plain(value) for name, value in content.items()}
