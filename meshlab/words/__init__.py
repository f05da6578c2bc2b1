"""The words of the interface, by id and language. One JSON file a topic: words/<language>/<topic>.json, flat keys.

`say("reasons.path.no-proxy", "zh", proxy="router")` reads key `path.no-proxy` of words/zh/reasons.json.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from string import Template

import msgspec

LANGUAGES = ("en", "zh")


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
    return rest in topic(name, "en")


def say(key: str, /, language: str = "en", **parameters: object) -> str:
    """The words of `topic.key` with ${parameters} filled in; the key itself where there are none (tests forbid that)."""
    return filled(template(key, language), **parameters)


def template(key: str, language: str) -> str:
    """The words of `topic.key` as they are written, with ${parameters}."""
    name, _, rest = key.partition(".")
    return topic(name, language).get(rest, key)


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
