"""Sentences name the keys that hold: those that actions have of themselves, or those of the settings."""

from __future__ import annotations

import re

import pytest

from meshlab.tui.keys import IN_WORDS, all_keys, default_key, with_keys
from meshlab.words import LANGUAGES, topic

NO_KEYS = ("key.", "tip.", "own.", "stage.", "command.", "failure.", "tour.")
"""Words that are names, or have no keys in them."""
FIXED = {"scrollback.find", "answer.enter", "trace.headers", "help.terminal", "filter.found", "home.hours", "experiment.moment"}
"""Keys that have no id: of a line where one types, and of the mouse; hours and seconds."""
BY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


@BY_LANGUAGE
def test_every_key_that_a_sentence_names_is_an_action_s(language: str) -> None:
    known = all_keys()
    named = {(key, name) for key, words in topic("tui", language).items() for name in IN_WORDS.findall(words)}
    assert len(named) > 60
    assert [one for one in named if one[1] not in known] == []


def test_both_languages_name_the_same_keys() -> None:
    english, chinese = topic("tui", "en"), topic("tui", "zh")
    for key, words in english.items():
        assert sorted(IN_WORDS.findall(words)) == sorted(IN_WORDS.findall(chinese[key])), key


def test_no_other_topic_names_keys_that_nobody_would_fill_in() -> None:
    topics = ("cli", "compare", "doctor", "report", "run", "settings", "tour", "trouble")
    assert [name for name in topics for words in topic(name, "en").values() if IN_WORDS.search(words)] == []


@BY_LANGUAGE
def test_no_sentence_has_a_key_s_letter_in_it(language: str) -> None:
    """A letter alone would stay when the settings give the action another key."""
    pattern = re.compile(r"(?<![A-Za-z0-9`$'’+-])(?:enter|escape|esc|⏎|F\d|[b-hj-zB-HJ-Z])(?![A-Za-z0-9`}'’-])")
    written = [
        (key, found)
        for key, words in topic("tui", language).items()
        if not key.startswith(NO_KEYS) and key not in FIXED
        for found in pattern.findall(IN_WORDS.sub("", words))
    ]
    assert written == []


def test_keys_are_filled_in_and_parameters_stay() -> None:
    keys = {"lab.check": "h", "lab.hint": "$"}
    words = with_keys("${key:lab.check} checks, ${key:lab.hint} hints; c and ${c} stay.", lambda name: keys[name])
    assert words == "h checks, $$ hints; c and ${c} stay."


def test_the_first_of_an_action_s_keys_is_named() -> None:
    assert default_key("lab.scrollback") == "f6"
    assert default_key("modal.close") == "escape"
    with pytest.raises(KeyError):
        default_key("lab.nothing")
