"""What counts as a write of an object, and by whom."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

# A status and what the API server keeps about an object are not somebody's write.
_NOT_DATA = frozenset({"apiVersion", "kind", "metadata", "status"})
# managedFields have whole seconds; an event older than this was not seen as it happened.
LATE = 3.0


def mark(item: dict[str, Any]) -> str:
    """Changes when the object was written: its generation, else its content without metadata and status."""
    meta = item["metadata"]
    if "generation" in meta:
        return f"{meta['uid']}:g{meta['generation']}"
    data = {key: value for key, value in item.items() if key not in _NOT_DATA}
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:24]
    return f"{meta.get('uid')}:{digest}"


def last_manager(item: dict[str, Any]) -> tuple[str | None, float | None]:
    """The field manager that wrote last, and when (Unix seconds); a writer of a status is none."""
    entries = [
        (_seconds(entry.get("time")), entry.get("manager"))
        for entry in item["metadata"].get("managedFields") or []
        if entry.get("subresource") != "status"
    ]
    # The API server sorts entries of the same second so that the later comes last.
    latest: tuple[float, str | None] | None = None
    for seconds, manager in entries:
        if latest is None or seconds >= latest[0]:
            latest = (seconds, manager)
    return (latest[1], latest[0] or None) if latest else (None, None)


def when(verb: str, item: dict[str, Any], now: float) -> float:
    """When it was written: now, unless it is a write that happened while nobody listened."""
    _, written = last_manager(item)
    if verb == "delete" or written is None or now - written < LATE:
        return now
    return written


def _seconds(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0
