"""The text of a widget, as `y` copies it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rich.text import Text
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Log, Markdown, OptionList

SHOWN = 40
"""Characters of a copy that the notice repeats."""


@runtime_checkable
class Copies(Protocol):
    """A widget that knows what of it is worth copying."""

    def copied(self) -> str: ...


def copy_of(widget: Widget) -> str:
    """The text of a widget and of what it holds."""
    match widget:
        case Copies():
            return widget.copied()
        case Markdown():
            return widget.source.strip()
        case Log():
            return "\n".join(widget.lines)
        case Input():
            return widget.value
        case OptionList():
            option = widget.highlighted_option
            return str(option.prompt) if option is not None else ""
    parts = [copy_of(child) for child in widget.children if child.display]
    return "\n\n".join(part for part in parts if part) if widget.children else _rendered(widget)


def first_words(text: str) -> str:
    """Enough of a copy to recognise it."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _rendered(widget: Widget) -> str:
    drawn = widget.render()
    return str(drawn).rstrip() if isinstance(drawn, str | Content | Text) else ""
