"""Versions as tools and engines print them, which keep to no common form after their numbers."""

from __future__ import annotations

import pytest

from meshlab.cluster.versions import at_least, minor, release


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("20.10.24+dfsg1", (20, 10, 24)),
        ("v1.35.0", (1, 35, 0)),
        ("29.0.0-rc.1", (29, 0, 0)),
        ("v1.34.2-gke.100", (1, 34, 2)),
        ("24.0.0-ce", (24, 0, 0)),
        ("27.5.1-0ubuntu3~24.04.2", (27, 5, 1)),
    ],
)
def test_a_version_begins_with_its_release(text: str, numbers: tuple[int, ...]) -> None:
    found = release(text)
    assert found is not None
    assert found.release == numbers


def test_a_word_is_no_version() -> None:
    assert release("latest") is None
    assert minor("garbage") == -1


@pytest.mark.parametrize(
    ("version", "wanted", "enough"),
    [
        ("20.10.24+dfsg1", "20.10", True),
        ("v1.34.2", "1.35", False),
        ("v1.9.0", "1.10", False),
        ("0.33.0", "v0.33.0", True),
        ("1.35", "1.35.0", True),
        ("29.0.0-rc.1", "29", True),
        ("", "1", False),
        ("latest", "1.35", False),
    ],
)
def test_a_version_is_at_least_another(version: str, wanted: str, enough: bool) -> None:
    assert at_least(version, wanted) is enough
