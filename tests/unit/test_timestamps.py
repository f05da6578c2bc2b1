"""Times of Kubernetes (whole or micro seconds), Docker (nanoseconds, the engine's own zone) and Go's zero time."""

from __future__ import annotations

import pytest

from meshlab.timestamps import unix


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-23T15:24:40Z", 1_795_447_480.0),
        ("2026-11-23T15:24:40.123456Z", 1_795_447_480.123456),
        ("2026-11-23T15:24:40.123456789Z", 1_795_447_480.123456),
        ("2026-11-23T15:24:40.5Z", 1_795_447_480.5),
        ("2026-11-23T17:24:40.123456789+02:00", 1_795_447_480.123456),
        ("0001-01-01T00:00:00Z", 0.0),
    ],
)
def test_times_are_unix_seconds(text: str, seconds: float) -> None:
    assert unix(text) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("text", ["", "soon", "2026-11-23T15:24:40", "2026-11-23 15:24:40 +0200 CEST"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unix(text)
