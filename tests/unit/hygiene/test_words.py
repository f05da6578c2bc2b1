"""The interface's words: both languages have the same keys and the same parameters, and neither is a copy of the other."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import meshlab.words
from meshlab.words import LANGUAGES, default_language, known, say

FOLDER = Path(meshlab.words.__file__).parent
TOPICS = sorted(file.stem for file in (FOLDER / "en").glob("*.json"))


def words(topic: str, language: str) -> dict[str, str]:
    return msgspec.json.decode((FOLDER / language / f"{topic}.json").read_bytes(), type=dict[str, str])


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_have_the_same_keys(topic: str) -> None:
    assert list(words(topic, "en")) == list(words(topic, "zh")) or words(topic, "en").keys() == words(topic, "zh").keys()


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_have_the_same_parameters(topic: str) -> None:
    english, chinese = words(topic, "en"), words(topic, "zh")
    for key, text in english.items():
        assert set(re.findall(r"\$\{(\w+)\}", text)) == set(re.findall(r"\$\{(\w+)\}", chinese[key])), key


@pytest.mark.parametrize("topic", TOPICS)
def test_long_texts_are_translated(topic: str) -> None:
    english, chinese = words(topic, "en"), words(topic, "zh")
    copies = [key for key, text in english.items() if words_in(text) > 3 and chinese[key] == text]
    assert [key for key in copies if not english[key].startswith("docker ")] == []


def words_in(text: str) -> int:
    """Words of a language: parameters and signs are none."""
    return len(re.findall(r"[A-Za-z]{2,}", re.sub(r"\$\{\w+\}", "", text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_parameters_are_filled_in(language: str) -> None:
    assert "7" in say("cli.started", language, seconds=7)


def test_unknown_words_show_their_key() -> None:
    assert not known("cli.nowhere")
    assert say("cli.nowhere") == "cli.nowhere"


@pytest.mark.parametrize(
    ("environment", "language"),
    [({"MESHLAB_LANG": "zh"}, "zh"), ({"LC_ALL": "zh_CN.UTF-8"}, "zh"), ({"LANG": "de_DE.UTF-8"}, "en"), ({}, "en")],
)
def test_the_locale_decides(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str) -> None:
    for name in ("MESHLAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_language() == language
