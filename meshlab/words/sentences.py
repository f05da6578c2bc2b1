"""Sentences of errors in another language than English, found by the English that the error was made with.

Errors are raised where nobody knows the reader's language. `sentences.json` maps each English sentence, with {} for what is
filled in, to Chinese, with {1}, {2} for the same things in whichever order Chinese wants them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("sentences.json")
_PLACE = re.compile(r"\{(\d+)\}")


@cache
def table() -> dict[str, str]:
    """English sentence to Chinese."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, str])


def translated(sentence: str, language: str) -> str:
    """The sentence in the language; as it is where nobody has translated it."""
    if language == "en" or not sentence:
        return sentence
    for pattern, words in _patterns():
        if (found := pattern.fullmatch(sentence)) is not None:
            return _PLACE.sub(lambda place: translated(found[int(place[1])], language), words)
    return sentence


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with the most words of their own first: `{} answers {} {}.` would match much."""
    ordered = sorted(table(), key=lambda one: len(one.replace("{}", "")), reverse=True)
    return [(_pattern(english), table()[english]) for english in ordered]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL)
