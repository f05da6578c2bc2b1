"""The words of the interface, by id and language. One JSON file a topic: words/<language>/<topic>.json, flat keys.

`say("reasons.path.no-proxy", "zh", proxy="router")` reads key `path.no-proxy` of words/zh/reasons.json.
`Words("reasons.path.no-proxy", {"proxy": "router"})` is the same sentence as data, before anybody knows who reads it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

import msgspec
from msgspec import Struct, field

LANGUAGES = ("en", "zh")

_KEY = re.compile(r"[a-z]+\.[\w.-]+")
_BETWEEN = {"zh": ""}
"""What stands between two sentences of a list, where it is no space."""


class Words(Struct, frozen=True, omit_defaults=True):
    """A sentence that has not been said yet: its key with the topic, and what is filled in. JSON can hold it."""

    key: str
    parameters: dict[str, Parameter] = field(default_factory=dict)


Parameter = str | int | Words | list[str | Words]
"""Text that is the same in every language, or a sentence, or several sentences one after the other."""


def tell(words: Words | str, language: str = "en") -> str:
    """The sentence in the reader's language. Plain text (older files hold it) stays as it is."""
    if isinstance(words, str):
        return words
    text = filled(template(words.key, language), **told(words.parameters, language))
    # A sentence that ends with another one has two full stops.
    return re.sub(r"(?<!\.)\.\.$|。。$", lambda stops: stops[0][0], text)


def told(parameters: Mapping[str, Parameter], language: str) -> dict[str, str]:
    """Parameters as text, with every sentence among them in the reader's language."""
    return {name: _text(value, language) for name, value in parameters.items()}


def _text(value: Parameter, language: str) -> str:
    if isinstance(value, list):
        return _BETWEEN.get(language, " ").join(tell(one, language) for one in value)
    return tell(value, language) if isinstance(value, Words) else str(value)


@cache
def topic(name: str, language: str) -> dict[str, str]:
    """All words of a topic, English under what the language lacks."""
    folder = Path(__file__).parent
    words: dict[str, str] = {}
    for one in dict.fromkeys(("en", language)):
        file = folder / one / f"{name}.json"
        if file.exists():
            words |= msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    return words


def known(key: str) -> bool:
    """Whether there are words for `topic.key`."""
    name, _, rest = key.partition(".")
    return _KEY.fullmatch(key) is not None and rest in topic(name, "en")


def say(key: str, /, language: str = "en", **parameters: object) -> str:
    """The words of `topic.key` with ${parameters} filled in; the key itself where there are none (tests forbid that)."""
    return filled(template(key, language), **parameters)


def template(key: str, language: str) -> str:
    """The words of `topic.key` as they are written, with ${parameters}."""
    name, _, rest = key.partition(".")
    return topic(name, language).get(rest, key) if known(key) else key


def filled(text: str, /, **parameters: object) -> str:
    """Words with their ${parameters} filled in."""
    return Template(text).safe_substitute({name: str(value) for name, value in parameters.items()})


def default_language() -> str:
    """The learner's language from MESHLAB_LANG, else from the locale."""
    for name in ("MESHLAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
