"""Comparing versions as tools and engines print them: v1.34.2, 20.10.24+dfsg1, v1.34.2-gke.100, 24.0.0-ce."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version


def release(text: str) -> Version | None:
    """The release that the text begins with; None when it begins with no number.

    What follows (a pre-release, whose build it is) has no common form, and none of our limits depends on it.
    """
    from packaging.version import Version

    found = re.match(r"v?(\d+(?:\.\d+)*)", text.strip())
    return Version(found[1]) if found else None


def at_least(version: str, wanted: str) -> bool:
    """Whether a version is not older than another. 1.35 is as old as 1.35.0; one that cannot be read is too old."""
    have, want = release(version), release(wanted)
    return have is not None and want is not None and have >= want


def minor(version: str) -> int:
    """The second number, 0 where only the first is given, -1 when there is none."""
    found = release(version)
    return -1 if found is None else found.minor
