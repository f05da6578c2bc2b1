"""One page of the guide. Commands wrap, and a key brings one into the shell without running it; drawings scroll sideways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownBlock, MarkdownFence  # Textual exports no block classes

from meshlab.tui.keys import bind

if TYPE_CHECKING:
    from markdown_it.token import Token

RUNNABLE = frozenset({"bash", "sh", "shell", "console"})


@dataclass
class RunRequested(Message):
    """The learner wants this command in the shell."""

    code: str


class CodeFence(MarkdownFence, can_focus=True):
    """A fenced block. A shell command wraps, can be focused, and be brought into the shell.

    Anything else (a drawing, a table, a file) falls apart when its lines are broken: it keeps them, and scrolls.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "run", "guide.run", show=False),
        Binding("left", "scroll_left", "Scroll Left", show=False),
        Binding("right", "scroll_right", "Scroll Right", show=False),
    ]

    def __init__(self, markdown: Markdown, token: Token, code: str) -> None:
        super().__init__(markdown, token, code)
        self.set_class(self.is_command, "-command")

    @property
    def is_command(self) -> bool:
        """Whether it is for the shell."""
        return self.lexer.split(" ")[0] in RUNNABLE

    def allow_focus(self) -> bool:
        return self.is_command or self.max_scroll_x > 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.is_command if action == "run" else True

    def action_run(self) -> None:
        self.post_message(RunRequested(command_of(self.code)))

    def on_click(self) -> None:
        if self.allow_focus():
            self.focus()


def command_of(code: str) -> str:
    """The text to paste: prompts (`$ `) taken off, no newline at the end, so that nothing runs by itself."""
    lines = [line[2:] if line.startswith("$ ") else line for line in code.strip("\n").splitlines()]
    return "\n".join(lines)


BLOCKS: dict[str, type[MarkdownBlock]] = {**Markdown.BLOCKS, "fence": CodeFence, "code_block": CodeFence}


class GuidePage(Markdown):
    """Markdown with our fences."""

    BLOCKS = BLOCKS
    DEFAULT_CSS = """
    GuidePage {
        padding: 0 2;
        height: auto;
        CodeFence {
            background: $code-background;
            color: $foreground;
            overflow: auto hidden;
            scrollbar-size-horizontal: 1;
            scrollbar-background: $code-background;
            scrollbar-background-hover: $code-background;
            scrollbar-background-active: $code-background;
            margin: 0 0 1 0;
            border-left: blank $code-background;
            & > Label { width: auto; padding: 0 1; text-wrap: nowrap; }
            &.-command { overflow: hidden hidden; }
            &.-command > Label { width: 1fr; text-wrap: wrap; }
            &:light { background: $code-background; }
            &.-chosen, &:focus { border-left: wide $accent; }
            &:hover { border-left: wide $primary; }
        }
        MarkdownH1 { color: $primary; content-align: left middle; margin: 1 0; }
        MarkdownH2 { color: $primary; margin: 1 0 1 0; text-style: bold; }
        MarkdownH3 { color: $primary; margin: 1 0 1 0; text-style: none; }
        MarkdownBlockQuote { margin: 0 0 1 0; background: $surface; border-left: outer $primary 60%; }
    }
    """
