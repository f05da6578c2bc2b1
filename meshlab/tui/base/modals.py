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
from textual.types import CSSPathType
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from meshlab.report.trouble import told
from meshlab.report.wrap import wrap
from meshlab.tui.base.screen import MeshModal
from meshlab.tui.keys import bind
from meshlab.tui.translation import has_words, language_of, tr
from meshlab.tui.widgets.filtered import FilteredText
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


class FailureModal(MeshModal[str]):
    """What went wrong, to what, and what to do next, with keys that do it. Never a traceback."""

    CSS_PATH = "modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("r", "go('retry')", "failure.retry"),
        bind("s", "go('start')", "failure.start"),
        bind("l", "go('leave')", "failure.leave"),
        bind("escape,enter,space", "go('')", "modal.close"),
    ]

    def __init__(self, error: BaseException, ways: Sequence[str] = ()) -> None:
        """ways: those of retry, start and leave that there are; the one that was chosen is the result, "" is none."""
        super().__init__()
        self.error, self.ways = error, tuple(ways)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -failure"):
            yield Static(id="failure-text")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.relabel()

    def on_resize(self) -> None:
        self.relabel()

    def relabel(self) -> None:
        super().relabel()
        box = self.query_one(".dialog")
        box.border_title = Content(failure_title(self, self.error))
        self.query_one("#failure-text", Static).update(self._text(max(20, box.scrollable_content_region.width)))

    def _text(self, space: int) -> Content:
        failure = told(self.error, language_of(self))
        hint = failure.hint if failure.kind else tr(self, "failure.own-hint")
        parts = [Content("\n".join(wrap(failure.sentence, space)))]
        if hint:
            parts.append(Content.assemble(("→ ", "$accent"), "\n  ".join(wrap(hint, space - 2))))
        if failure.detail:
            parts.append(Content.styled("\n".join(wrap(failure.detail, space)), "$muted"))
        return Content("\n\n").join(parts)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return parameters[0] in ("", *self.ways) if action == "go" else super().check_action(action, parameters)

    def action_go(self, way: str) -> None:
        self.dismiss(way)


def failure_title(node: DOMNode, error: BaseException) -> str:
    """What kind of failure it is, in a few words; one that is not ours is meshlab's own fault, and says so."""
    failure = told(error, language_of(node))
    names = [failure.kind, *(kind.__name__ for kind in type(error).__mro__)] if failure.kind else []
    return next((tr(node, f"failure.{name}") for name in names if has_words(f"failure.{name}")), tr(node, "failure.own"))


class ScrollModal(MeshModal[None]):
    """Something longer than the screen, in a container with the id `read`."""

    CSS_PATH: ClassVar[CSSPathType | None] = "modals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("escape,enter,q", "close", "modal.close"),
        bind("j,down", "scroll(1)", "list.down", show=False),
        bind("k,up", "scroll(-1)", "list.up", show=False),
    ]

    def on_mount(self) -> None:
        self.query_one("#read").focus()

    def action_scroll(self, lines: int) -> None:
        self.query_one("#read").scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)


class ReadModal(ScrollModal):
    """A text to read: Markdown of ours, or foreign text as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("slash", "filter", "list.filter"),
        bind("y", "copy", "app.copy"),
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
                yield FilteredText()
        yield KeyFooter()

    def on_mount(self) -> None:
        if self.content is not None:
            self.query_one(FilteredText).show(self.content.split("\n", allow_blank=True))


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
