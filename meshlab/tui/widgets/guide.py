"""One page of the guide. Commands wrap, and enter brings one into the shell without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownBlock, MarkdownFence  # Textual exports no block classes

from meshlab.tui.keys import bind

RUNNABLE = frozenset({"bash", "sh", "shell", "console"})


@dataclass
class RunRequested(Message):
    """The learner wants this command in the shell."""

    code: str


class CommandFence(MarkdownFence, can_focus=True):
    """A fenced block: wraps instead of clipping; a shell command can be focused and brought into the shell."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("enter", "run", "guide.run", show=False)]

    def allow_focus(self) -> bool:
        return self.lexer.split(" ")[0] in RUNNABLE

    def action_run(self) -> None:
        self.post_message(RunRequested(command_of(self.code)))

    def on_click(self) -> None:
        if self.allow_focus():
            self.focus()


def command_of(code: str) -> str:
    """The text to paste: prompts (`$ `) taken off, no newline at the end, so that nothing runs by itself."""
    lines = [line[2:] if line.startswith("$ ") else line for line in code.strip("\n").splitlines()]
    return "\n".join(lines)


BLOCKS: dict[str, type[MarkdownBlock]] = {**Markdown.BLOCKS, "fence": CommandFence, "code_block": CommandFence}


class GuidePage(Markdown):
    """Markdown with our fences."""

    BLOCKS = BLOCKS
    DEFAULT_CSS = """
    GuidePage {
        padding: 0 2;
        height: auto;
        CommandFence {
            background: $code-background;
            color: $foreground;
            overflow: hidden hidden;
            margin: 0 0 1 0;
            border-left: blank $code-background;
            & > Label { width: 1fr; padding: 0 1; text-wrap: wrap; }
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
