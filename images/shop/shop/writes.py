"""What counts as a write of an object, and by whom."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

# A status and what the API server keeps about an object are not somebody's write.
_NOT_DATA = frozenset({"apiVersion", "kind", "metadata", "status"})
# managedFields have whole seconds; a write that is older than this was not seen as it happened.
LATE = 3.0
# A manager that writes twice in one second leaves the same time behind; so long after it, it may have been that one.
SAME = 2.0


def mark(item: dict[str, Any]) -> str:
    """Changes when the object was written: its generation, else its content without metadata and status."""
    meta = item["metadata"]
    if "generation" in meta:
        return f"{meta['uid']}:g{meta['generation']}"
    data = {key: value for key, value in item.items() if key not in _NOT_DATA}
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:24]
    return f"{meta.get('uid')}:{digest}"


def times(item: dict[str, Any]) -> dict[str, str]:
    """When each field manager wrote last, by `manager|operation|subresource`; writers of a status are left out."""
    return {
        "|".join((entry.get("manager") or "", entry.get("operation") or "", entry.get("subresource") or "")): entry["time"]
        for entry in item["metadata"].get("managedFields") or []
        if entry.get("subresource") != "status" and entry.get("time")
    }


def author(verb: str, item: dict[str, Any], before: dict[str, str], now: float) -> tuple[str | None, float]:
    """Who wrote the object, which had the `before` times, and when; None where its fields do not say.

    A deletion says nothing of who deletes. A write that only removes fields moves no time: its time is now, its writer
    nobody, unless one manager wrote a moment ago.
    """
    if verb == "delete":
        return None, now
    after = {key: _seconds(text) for key, text in times(item).items()}
    moved = {key: t for key, t in after.items() if before.get(key) != times(item)[key]}
    if not moved:
        return _only({key for key, t in after.items() if now - t < SAME}), now
    last = max(moved.values())
    return _only({key for key, t in moved.items() if t == last}), now if now - last < LATE else last


def _only(keys: set[str]) -> str | None:
    managers = {key.partition("|")[0] for key in keys}
    return managers.pop() or None if len(managers) == 1 else None


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
