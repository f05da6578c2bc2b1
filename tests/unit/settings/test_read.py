"""The settings file: what it may say, and what happens when it says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.settings import choose
from meshlab.settings.model import Settings
from meshlab.settings.read import find, read, understood
from meshlab.words import LANGUAGES

FILE = Path("settings.toml")


def told(text: str, language: str = "en") -> list[str]:
    return [one.sentence(FILE, language) for one in understood(FILE, text).problems]


def test_all_of_it() -> None:
    text = 'language = "zh"\ntheme = "meshlab-light"\nanimations = "none"\n\n[keys]\n"lab.check" = "x,f5"\nlab.hint = "?"\n'
    loaded = understood(FILE, text)
    assert loaded.problems == ()
    keys = {"lab.check": "x,f5", "lab.hint": "question_mark"}
    assert loaded.settings == Settings(language="zh", theme="meshlab-light", animations="none", keys=keys)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = read(tmp_path / "settings.toml")
    assert (loaded.settings, loaded.problems) == (Settings(), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theme = "meshlab-light"\nlanguage = \n', "settings.toml:2: the file is not valid TOML"),
        ('colour = "red"\n', "settings.toml:1: colour: there is no such setting"),
        ('\ntheme = "pink"\n', "settings.toml:2: theme: pink is not one of meshlab-dark"),
        ('animations = ["full"]\n', "settings.toml:1: animations: ['full'] is not one of full, basic, none"),
        ('keys = "x"\n', "settings.toml:1: keys: `keys` must be a table"),
        ('[keys]\n"lab.nowhere" = "x"\n', "settings.toml:2: keys.lab.nowhere: there is no action with this id"),
        ('[keys]\n"lab.check" = "f99"\n', "settings.toml:2: keys.lab.check: f99 is not a key that a terminal knows"),
        ('[keys]\n"lab.check" = ""\n', "settings.toml:2: keys.lab.check: name at least one key"),
        ('[keys]\n"lab.check" = 5\n', "settings.toml:2: keys.lab.check: name at least one key"),
    ],
)
def test_what_cannot_be_followed_is_told_with_its_place(text: str, said: str) -> None:
    (sentence,) = told(text)
    assert sentence.startswith(said)
    assert "${" not in sentence
    assert told(text, "zh") != [sentence]


def test_one_wrong_line_leaves_the_others_in_force() -> None:
    settings = understood(FILE, 'theme = "pink"\nlanguage = "zh"\n[keys]\n"lab.check" = "f5"\n"lab.hint" = "f0"\n').settings
    assert settings == Settings(language="zh", keys={"lab.check": "f5"})


@pytest.mark.parametrize("data", [b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, data: bytes | None) -> None:
    file = tmp_path / "settings.toml"
    file.mkdir() if data is None else file.write_bytes(data)
    loaded = read(file)
    assert loaded.settings == Settings()
    assert [one.what for one in loaded.problems] == ["unreadable"]
    assert str(file) in loaded.problems[0].sentence(file, "en")


def test_the_environment_says_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHLAB_CONFIG", str(tmp_path))
    assert find() == tmp_path / "settings.toml"
    monkeypatch.delenv("MESHLAB_CONFIG")
    assert find().name == "settings.toml"
    assert find().parent.name == "meshlab"


def test_which_language_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "zh_CN.UTF-8")
    monkeypatch.delenv("MESHLAB_LANG", raising=False)
    assert choose.language(None, Settings()) == "zh"
    assert choose.language(None, Settings(language="en")) == "en"
    monkeypatch.setenv("MESHLAB_LANG", "zh")
    assert choose.language(None, Settings(language="en")) == "zh"
    assert choose.language("en", Settings()) == "en"
    assert set(LANGUAGES) == {"en", "zh"}
