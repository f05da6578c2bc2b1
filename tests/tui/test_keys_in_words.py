"""Sentences name the keys that hold: those that actions have of themselves, or those of the settings."""

from __future__ import annotations

import re

import pytest

from meshlab.settings.spelling import normal
from meshlab.tui.bindings import own_keys
from meshlab.tui.keys_in_words import NAMED, standing_alone, with_keys
from meshlab.words import LANGUAGES, topic

WRITTEN = {"⏎": "enter", "esc": "escape"}
NO_KEYS = ("key.", "tip.", "own.", "stage.", "command.", "failure.", "tour.")
"""Words that are names, or have no keys in them."""
FIXED = {
    "jump.how",
    "scrollback.find",
    "answer.enter",
    "trace.headers",
    "help.terminal",
    "filter.found",
    "home.hours",
    "experiment.moment",
}
"""Keys that have no id: of a line where one types, and of the mouse; hours and seconds."""


@pytest.mark.parametrize("key", NAMED)
def test_a_named_key_is_the_actions_own(key: str) -> None:
    own = own_keys()
    for written, action in NAMED[key].items():
        assert normal(WRITTEN.get(written, written.lower() if len(written) > 1 else written)) in own[action].keys
        for language in LANGUAGES:
            assert standing_alone(written).search(topic("tui", language)[key]), (language, written)


def test_all_keys_that_sentences_name_are_known() -> None:
    pattern = re.compile(r"(?<![A-Za-z0-9`$'’+-])(?:enter|escape|esc|⏎|F\d|[b-hj-zB-HJ-Z])(?![A-Za-z0-9`}'’-])")
    unknown = []
    for key, words in topic("tui", "en").items():
        if key.startswith(NO_KEYS) or key in FIXED:
            continue
        unknown += [(key, found) for found in pattern.findall(words) if found not in NAMED.get(key, {})]
    assert unknown == []


def test_another_key_is_said_in_its_place() -> None:
    words = "Not done yet (c checks, h hints, `c` and ${c} stay)."
    assert with_keys(words, "why.next", {"lab.check": "h", "lab.hint": "c"}) == (
        "Not done yet (h checks, c hints, `c` and ${c} stay)."
    )
    assert with_keys(words, "why.next", {}) == words
    assert with_keys(words, "nowhere", {"lab.check": "x"}) == words
