"""Words on screens follow the language chosen at run time: every widget asks here, none keeps words for long."""

from __future__ import annotations

from functools import partial
from typing import Protocol, cast, runtime_checkable

from textual.binding import Binding
from textual.dom import DOMNode

from meshlab.run.api import Language, Snapshot
from meshlab.tui.keys import default_key, with_keys
from meshlab.words import filled, known, say, template


class _Speaker(Protocol):
    language: Language
    titles: dict[str, str]
    keys_set: dict[str, str]


@runtime_checkable
class Relabels(Protocol):
    """A widget or screen that shows words which must change with the language."""

    def relabel(self) -> None: ...


def language_of(node: DOMNode) -> Language:
    """The language that the app speaks now."""
    return cast("_Speaker", node.app).language


def tr(node: DOMNode, key: str, **parameters: object) -> str:
    """The words of `tui.<key>` in the app's language, with the keys that the settings have given to actions."""
    # Before the parameters are filled in: what they say is not ours.
    words = with_keys(template(f"tui.{key}", language_of(node)), partial(shown_key, node))
    return filled(words, **parameters)


def shown_key(node: DOMNode, name: str) -> str:
    """The key of an action as the footer shows it: the settings' or the action's own."""
    key = cast("_Speaker", node.app).keys_set.get(name) or default_key(name)
    return node.app.get_key_display(Binding(key, ""))


def lab_title(node: DOMNode, snapshot: Snapshot) -> str:
    """The lab's title in the app's language; a snapshot has it in the language in which the run was opened."""
    return cast("_Speaker", node.app).titles.get(snapshot.lab, snapshot.title)


def recorded(node: DOMNode) -> bool:
    """Whether what is shown is a recording: every screen says so then."""
    return getattr(node.app, "recorded", False)


def tour(node: DOMNode, key: str, **parameters: object) -> str:
    """The words of `tour.<key>` in the app's language."""
    return say(f"tour.{key}", language_of(node), **parameters)


def has_words(key: str) -> bool:
    """Whether `tui.<key>` exists."""
    return known(f"tui.{key}")
