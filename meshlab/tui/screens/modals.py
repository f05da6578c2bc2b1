"""Small questions and statements over a screen: confirm, failure, text to read, a choice, an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from meshlab.errors import MeshlabError
from meshlab.tui.keys import bind
from meshlab.tui.screens.base import MeshModal
from meshlab.tui.speak import has_words, tr
from meshlab.tui.widgets.guide import GuidePage
from meshlab.tui.widgets.key_footer import KeyFooter


class ConfirmModal(MeshModal[bool]):
    """A question that is asked once, before what is hard to take back."""

    CSS_PATH = "modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("y", "answer(True)", "confirm.yes"),
        bind("n,escape", "answer(False)", "confirm.no"),
    ]

    def __init__(self, title: str, text: str, *, items: Sequence[str] = ()) -> None:
        super().__init__()
        self.title_text, self.text, self.items = title, text, tuple(items)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -question") as box:
            box.border_title = Content(self.title_text)
            yield Static(Content(self.text))
            if self.items:
                with VerticalScroll(classes="items"):
                    yield Static(Content("\n".join(f"• {item}" for item in self.items)))
        yield KeyFooter()

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class FailureModal(MeshModal[None]):
    """What went wrong, to what, and what to do next. Never a traceback."""

    CSS_PATH = "modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [bind("escape,enter,space", "close", "modal.close")]

    def __init__(self, title: str, sentence: str, hint: str = "") -> None:
        super().__init__()
        self.title_text, self.sentence, self.hint = title, sentence, hint

    @classmethod
    def of(cls, node: DOMNode, error: BaseException) -> FailureModal:
        """The modal for an error; one that is not ours is meshlab's own fault, and says so."""
        if isinstance(error, MeshlabError):
            return cls(_title(node, error), str(error), error.hint)
        sentence = f"{type(error).__name__}: {error}"
        return cls(tr(node, "failure.own"), sentence, tr(node, "failure.own-hint"))

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -failure") as box:
            box.border_title = Content(self.title_text)
            yield Static(Content(self.sentence))
            if self.hint:
                yield Static(Content.assemble(("→ ", "$accent"), self.hint), classes="hint")
        yield KeyFooter()

    def action_close(self) -> None:
        self.dismiss(None)


def _title(node: DOMNode, error: MeshlabError) -> str:
    for kind in type(error).__mro__:
        if has_words(key := f"failure.{kind.__name__}"):
            return tr(node, key)
    return tr(node, "failure.MeshlabError")


class ReadModal(MeshModal[None]):
    """A text to read: Markdown of ours, or foreign text as it is."""

    CSS_PATH = "modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape,enter,q", "close", "modal.close"),
        bind("j,down", "scroll(1)", "list.down", show=False),
        bind("k,up", "scroll(-1)", "list.up", show=False),
    ]

    def __init__(self, title: str, *, markdown: str = "", content: Content | None = None) -> None:
        super().__init__()
        self.title_text, self.markdown, self.content = title, markdown, content

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -read", id="read") as box:
            box.border_title = Content(self.title_text)
            if self.markdown:
                yield GuidePage(self.markdown)
            if self.content is not None:
                yield Static(self.content)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#read").focus()

    def action_scroll(self, lines: int) -> None:
        self.query_one("#read").scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)


class ChoiceModal(MeshModal[str | None]):
    """One of several answers."""

    CSS_PATH = "modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("j", "move('cursor_down')", "list.down", show=False),
        bind("k", "move('cursor_up')", "list.up", show=False),
        bind("enter", "choose", "modal.choose", priority=True),
        bind("escape", "close", "modal.cancel"),
    ]

    def __init__(self, title: str, question: str, choices: dict[str, str], *, chosen: str = "") -> None:
        super().__init__()
        self.title_text, self.question, self.choices, self.chosen = title, question, choices, chosen

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -question") as box:
            box.border_title = Content(self.title_text)
            if self.question:
                yield Static(Content(self.question), classes="question")
            yield OptionList(*(Option(Content(text), id=name) for name, text in self.choices.items()))
        yield KeyFooter()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = list(self.choices).index(self.chosen) if self.chosen in self.choices else 0

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_move(self, way: str) -> None:
        options = self.query_one(OptionList)
        options.action_cursor_down() if way == "cursor_down" else options.action_cursor_up()

    def action_choose(self) -> None:
        self.query_one(OptionList).action_select()

    def action_close(self) -> None:
        self.dismiss(None)


class AnswerModal(MeshModal[str | None]):
    """An answer in words or a number."""

    CSS_PATH = "modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [bind("escape", "close", "modal.cancel")]

    def __init__(self, title: str, question: str, *, value: str = "", number: bool = False) -> None:
        super().__init__()
        self.title_text, self.question, self.value, self.number = title, question, value, number

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -question") as box:
            box.border_title = Content(self.title_text)
            yield Static(Content(self.question), classes="question")
            yield Input(self.value, type="number" if self.number else "text")
            yield Label(Content(tr(self, "answer.enter")), classes="muted")
        yield KeyFooter()

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())

    def action_close(self) -> None:
        self.dismiss(None)
