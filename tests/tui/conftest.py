"""Time stands still where it is shown, and no key blinks: what is on a screen depends on nothing but the script."""

from __future__ import annotations

import pytest

import meshlab.tui.screens.operation
import meshlab.tui.widgets.phase_list


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elapsed times are 0:00 however slow the machine is."""
    monkeypatch.setattr(meshlab.tui.screens.operation, "monotonic", lambda: 100.0)
    monkeypatch.setattr(meshlab.tui.widgets.phase_list, "monotonic", lambda: 100.0)
