"""Comparing versions as tools print them: v1.34.2, 20.10.24+dfsg1."""

from __future__ import annotations

import re


def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers; () when there are none."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version.strip())
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def at_least(version: str, wanted: str) -> bool:
    """Whether a version is not older than another, as far as the wanted one says."""
    have, want = numbers(version), numbers(wanted)
    return have[: len(want)] >= want


def minor(version: str) -> int:
    """The second number, -1 when there is none."""
    found = numbers(version)
    return found[1] if len(found) > 1 else -1
