"""What the settings file asks of the interface, and what the interface keeps there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from meshlab.cli.main import run as meshlab
from meshlab.errors import ExitCode
from meshlab.settings.read import read
from meshlab.tui.app import MeshlabApp
from meshlab.tui.keys import all_keys
from meshlab.tui.preferences import Preferences
from meshlab.words import known
from tests.tui.helpers import make_app, on, says, screen_text, shows, until
from tests.tui.screens import open_lab
from tests.tui.scripted import ScriptedRun

WIDE = (120, 34)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's file; not there yet."""
    monkeypatch.setenv("MESHLAB_CONFIG", str(tmp_path))
    return tmp_path / "settings.toml"


def app_with(text: str, file: Path, run: ScriptedRun | None = None) -> MeshlabApp:
    if text:
        file.write_text(text, encoding="utf-8")
    return make_app(run, preferences=Preferences(read(file)))


async def settled(pilot: Pilot[Any]) -> None:
    """Keys are given out after the first paint."""
    await until(pilot, lambda: pilot.app.screen.stops)  # type: ignore[attr-defined]
    await pilot.pause()


def test_every_key_has_an_id_and_a_name() -> None:
    own = all_keys()
    assert len(own) > 50
    assert [name for name in own if not known(f"tui.key.{name}")] == []


async def test_keys_are_those_of_the_file(file: Path) -> None:
    run = ScriptedRun()
    app = app_with('[keys]\n"lab.check" = "x,f5"\n', file, run)
    async with app.run_test(size=WIDE) as pilot:
        await open_lab(pilot, app, run)
        await shows(pilot, "x Check")
        await pilot.press("n")
        await says(pilot, "(x checks, h hints, s solves)")
        assert "c Check" not in screen_text(app)
        await pilot.press("c")
        await pilot.pause()
        assert "check" not in run.calls
        for number, key in enumerate(("x", "f5"), 1):
            await pilot.press(key)
            await until(pilot, lambda number=number: run.calls.count("check") == number)  # type: ignore[misc]


async def test_a_broken_file_is_said_and_the_defaults_hold(file: Path) -> None:
    run = ScriptedRun()
    app = app_with("theme = \n", file, run)
    async with app.run_test(size=WIDE) as pilot:
        await says(pilot, "settings.toml:1: the file is not valid TOML")
        await open_lab(pilot, app, run)
        assert app.theme == "meshlab-dark"
        await pilot.press("c")
        await until(pilot, lambda: "check" in run.calls)


async def test_unknown_ids_and_clashes_are_said_and_the_rest_holds(file: Path) -> None:
    app = app_with('theme = "meshlab-light"\n[keys]\n"lab.check" = "h"\n"lab.gone" = "x"\n"home.doctor" = "f9"\n', file)
    async with app.run_test(size=WIDE) as pilot:
        await says(pilot, "keys.lab.check: h is already the key of lab.hint")
        await says(pilot, "settings.toml:4: keys.lab.gone: there is no action with this id")
        assert app.theme == "meshlab-light"
        await settled(pilot)
        await pilot.press("f9")
        await until(pilot, lambda: on(app, "DoctorScreen"))


async def test_language_and_theme_are_kept_for_the_next_start(file: Path) -> None:
    app = app_with("# mine\n", file)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("L", "T")
        await says(pilot, "主题：浅色")
        assert app.theme == "meshlab-light"
        await pilot.press("T")
        await until(pilot, lambda: app.theme == "ansi-dark")
    kept = read(file)
    assert (kept.settings.language, kept.settings.theme, kept.problems) == ("zh", "ansi-dark", ())
    assert kept.text.startswith("# mine\n")
    again = app_with("", file)
    assert again.theme == "ansi-dark"


async def test_the_palette_chooses_a_theme(file: Path) -> None:
    app = app_with("", file)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: on(app, "CommandPalette"))
        await pilot.press(*"theme: light")
        await until(pilot, lambda: app.screen.query_one("CommandList").option_count == 2)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "meshlab-light")
    assert read(file).settings.theme == "meshlab-light"


async def test_a_choice_that_cannot_be_kept_is_said(file: Path) -> None:
    app = app_with("theme = \n", file)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("T")
        await says(pilot, "could not be saved")
        assert app.theme == "meshlab-light"
    assert file.read_text(encoding="utf-8") == "theme = \n"


async def test_animations_are_those_of_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTUAL_ANIMATIONS", raising=False)
    file.write_text('animations = "basic"\n', encoding="utf-8")
    assert MeshlabApp(make_app().backend, preferences=Preferences(read(file))).animation_level == "basic"
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    assert MeshlabApp(make_app().backend, preferences=Preferences(read(file))).animation_level != "basic"


def test_the_command_sets_shows_and_takes_out(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert meshlab(["--lang", "en", "settings", "set", "keys.lab.check", "x,f5"]) == ExitCode.PASS
    assert meshlab(["--lang", "en", "settings"]) == ExitCode.PASS
    assert any(line.split() == ["✎", "lab.check", "x", "f5", "Check", "检查"] for line in capsys.readouterr().out.splitlines())
    assert meshlab(["settings", "set", "keys.lab.hint", "q"]) == ExitCode.USAGE
    assert "q is already the key of app.quit" in capsys.readouterr().err
    assert meshlab(["settings", "unset", "keys.lab.check"]) == ExitCode.PASS
    assert read(file).settings.keys == {}


def test_every_command_tells_of_a_broken_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("theme = \n", encoding="utf-8")
    assert meshlab(["list", "--format", "json"]) == ExitCode.PASS
    assert "settings.toml:1" in capsys.readouterr().err
    assert meshlab(["settings"]) == ExitCode.USAGE
