"""How two inventories of named things differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MOST = 8
"""Names that a sentence lists."""


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Names of what differs, each with `+` (only after), `-` (only before) or `~` (changed) in front."""
    names = sorted(before.keys() | after.keys())
    return [f"{sign} {name}" for name in names if (sign := _sign(before, after, name))]


def _sign(before: Mapping[str, object], after: Mapping[str, object], name: str) -> str:
    if name not in before:
        return "+"
    if name not in after:
        return "-"
    return "" if before[name] == after[name] else "~"


def listed(found: Iterable[str]) -> str:
    """The first of them, and how many more there are, for a sentence."""
    names = list(found)
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
