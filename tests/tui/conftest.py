"""Time stands still where it is shown: what is on a screen depends on nothing but the script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tui.screens import still_clock


@pytest.fixture
def still() -> Iterator[None]:
    """Elapsed times are 0:00 however slow the machine is."""
    with still_clock():
        yield
