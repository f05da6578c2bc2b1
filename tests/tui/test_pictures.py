"""The pictures in assets/screens show the interface as it is. `python -m tests.tui.pictures` draws them anew."""

from __future__ import annotations

import pytest

from tests.tui.pictures import ASSETS, NAMES, picture
from tests.tui.screens import THEMES


def test_every_screen_has_its_pictures() -> None:
    wanted = {f"{name}-{theme.removeprefix('meshlab-')}.svg" for name in NAMES for theme in THEMES}
    assert {file.name for file in ASSETS.glob("*.svg")} == wanted


@pytest.mark.parametrize("name", NAMES)
async def test_pictures_are_current(name: str) -> None:
    kept = (ASSETS / f"{name}-dark.svg").read_text(encoding="utf-8")
    assert await picture(name, "meshlab-dark") == kept, "out of date: python -m tests.tui.pictures"
