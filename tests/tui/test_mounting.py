"""Every screen at every size, in both languages and all themes: nothing fails to mount, nothing leaves its place.

Each is also kept as text that a person can read in a diff; MESHLAB_UPDATE_GOLDENS=1 writes those anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

import meshlab.report
import meshlab.tui
from meshlab.run.api import Language
from meshlab.tui.app import MeshlabApp
from meshlab.tui.theme import CYCLE
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.words import topic
from tests.tui.helpers import SIZES, screen_text
from tests.tui.screens import NAMES, on_screen


def assert_whole(app: MeshlabApp, language: Language) -> None:
    text = screen_text(app)
    lines = text.splitlines()
    assert len(lines) <= app.size.height
    assert max(cell_len(line) for line in lines) <= app.size.width
    for footer in app.screen.query(KeyFooter):
        assert footer.region.bottom == app.size.height
    # Words that are missing show their key.
    for key in topic("tui", language):
        assert f"tui.{key}" not in text
    assert "${" not in text


FOLDER = Path(__file__).parent / "goldens"


def assert_golden(name: str, text: str) -> None:
    file = FOLDER / f"{name}.txt"
    if os.environ.get("MESHLAB_UPDATE_GOLDENS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


async def in_all_themes(pilot: Pilot[Any], app: MeshlabApp, language: Language) -> None:
    for theme in CYCLE:
        app.theme = theme
        await pilot.pause()
        assert_whole(app, language)


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", NAMES)
async def test_screen(name: str, size: tuple[int, int], language: Language) -> None:
    with on_screen(name, language) as (app, way):
        async with app.run_test(size=size) as pilot:
            await way(pilot)
            await pilot.pause()
            assert_golden(f"{name}-{size[0]}x{size[1]}-{language}", screen_text(app).rstrip() + "\n")
            await in_all_themes(pilot, app, language)


def test_words_that_the_code_asks_for_exist() -> None:
    """Each `tr(…, "key")`, each key's name, each `why`."""
    words = topic("tui", "en")
    folder = Path(meshlab.tui.__file__).parent
    sources = {file: file.read_text(encoding="utf-8") for file in folder.rglob("*.py")}
    asked = {key for text in sources.values() for key in re.findall(r'\btr\(\w+(?:\.\w+)*,\s*"([^"]+)"', text)}
    asked |= {
        f"key.{name}" for text in sources.values() for name in re.findall(r'\bbind\(\s*"[^"]+", "[^"]+", "([^"]+)"', text)
    }
    assert len(asked) > 100
    assert sorted(asked - words.keys()) == []


def test_words_that_exist_are_used() -> None:
    """A key that no source mentions, not even as a pattern, is dead."""
    folders = [Path(module.__file__ or "").parent for module in (meshlab.tui, meshlab.report)]
    text = "\n".join(file.read_text(encoding="utf-8") for folder in folders for file in folder.rglob("*.py"))
    patterns = [re.sub(r"\{[^{}]*(\{[^{}]*\})?[^{}]*\}", "*", one) for one in re.findall(r'f"([^"\n]+)"', text)]
    patterns += ["key.*", "why.*", "tip.*", "help.*"]
    literal = set(re.findall(r'"([^"\n{}]+)"', text))
    unused = [
        key
        for key in topic("tui", "en")
        if key not in literal
        and f"tui.{key}" not in literal
        and not any("*" in one and re.fullmatch(re.escape(one).replace(r"\*", ".+"), key) for one in patterns)
    ]
    assert unused == []
