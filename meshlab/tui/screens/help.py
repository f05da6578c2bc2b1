"""Help for what has the focus: a few sentences, then the keys that work now."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen

from meshlab.report.matrix_text import pad, width
from meshlab.tui.screens.base import MeshScreen
from meshlab.tui.screens.modals import ReadModal
from meshlab.tui.screens.panes import PANES
from meshlab.tui.speak import has_words, tr


def help_modal(screen: Screen[object]) -> ReadModal:
    """The help of the screen, or of its focused pane."""
    topic = topic_of(screen)
    parts = [Content(tr(screen, topic)), Content.styled(tr(screen, "help.keys"), "bold $primary"), keys(screen)]
    return ReadModal(tr(screen, "help.title"), content=Content("\n\n").join(parts))


def topic_of(screen: Screen[object]) -> str:
    """Key of the help text."""
    for node in screen.focused.ancestors_with_self if screen.focused else ():
        if node.id in PANES and has_words(f"help.{node.id}"):
            return f"help.{node.id}"
    return screen.HELP_TOPIC if isinstance(screen, MeshScreen) else "help.lab"


def keys(screen: Screen[object]) -> Content:
    """All keys that have a name, each once."""
    named: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        if has_words(f"key.{active.binding.id}"):
            names = named.setdefault(active.binding.description, [])
            names.append(screen.app.get_key_display(active.binding))
    rows = [(" ".join(dict.fromkeys(shown)), words) for words, shown in named.items()]
    widest = max([width(shown) for shown, _ in rows] + [0])
    return Content("\n").join([Content.assemble((pad(shown, widest), "bold $accent"), "  ", words) for shown, words in rows])
