"""After green: what the step was about, and the reference solution beside the learner's own objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.widget import Widget
from textual.widgets import Static

from meshlab.report.debrief import NARROWEST
from meshlab.run.api import Debrief, ObjectPair
from meshlab.tui.base.modals import ScrollModal
from meshlab.tui.translation import language_of, tr
from meshlab.tui.widgets.guide import GuidePage
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.words import tell

WIDTHS = [(0, "-narrow"), (NARROWEST, "-wide")]


class DebriefModal(ScrollModal):
    """Side by side where there is room, else one below the other."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["../base/modals.tcss", "debrief.tcss"]
    HORIZONTAL_BREAKPOINTS = WIDTHS

    def __init__(self, debrief: Debrief) -> None:
        super().__init__()
        self.debrief = debrief

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -debrief", id="read") as box:
            box.border_title = Content(tr(self, "debrief.title"))
            if self.debrief.text:
                yield GuidePage(self.debrief.text)
            for pair in self.debrief.objects:
                yield from self._pair(pair)
        yield KeyFooter()

    def _pair(self, pair: ObjectPair) -> Iterator[Widget]:
        yield Static(Content(pair.name), classes="name")
        texts = {"debrief.reference": pair.reference, "debrief.yours": pair.own}
        columns = [Vertical(Static(tr(self, title), classes="side"), _yaml(text)) for title, text in texts.items() if text]
        if columns:
            yield Horizontal(*columns, classes="pair")
        yield Static(Content(tell(pair.note, language_of(self))), classes="note")


def _yaml(text: str) -> Static:
    return Static(highlight(text.rstrip(), language="yaml"), classes="code")
