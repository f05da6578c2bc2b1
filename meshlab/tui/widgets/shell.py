"""The shell pane: a real shell with the lab's environment, started when it is first seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from meshlab.errors import MeshlabError
from meshlab.report.trouble import told
from meshlab.tui.keys import bind
from meshlab.tui.translation import language_of, tr

RCFILE = Path(__file__).with_name("shell.bashrc")


@runtime_checkable
class Shell(Protocol):
    """What a widget in the pane must do."""

    def paste(self, text: str) -> bool: ...

    def transcript(self) -> str: ...


MakeShell = Callable[[Mapping[str, str]], Widget]


def command_line(environment: Mapping[str, str]) -> list[str]:
    """The program of the pane: bash with our settings, else the learner's shell, with the lab's environment added."""
    # The emulator forces a locale that many systems lack; one that is UTF-8 already is kept.
    locale = next((value for name in ("LC_ALL", "LANG") if "utf" in (value := os.environ.get(name, "")).lower()), "C.UTF-8")
    words = ["env", f"LC_ALL={locale}", "TERM=xterm-256color", *(f"{name}={value}" for name, value in environment.items())]
    if bash := shutil.which("bash"):
        return [*words, bash, "--rcfile", str(RCFILE), "-i"]
    return [*words, os.environ.get("SHELL", "/bin/sh"), "-i"]


def real_shell(environment: Mapping[str, str]) -> Widget:
    """A shell in a terminal emulator. The import waits until here: the first paint does without it."""
    from meshlab.tui.widgets.terminal import ShellTerminal

    return ShellTerminal(command_line(environment))


class ShellPane(Vertical):
    """Holds the emulator; the border is on this container, so that the shell knows its true size."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("enter", "restart", "shell.restart", show=False)]

    @dataclass
    class ScrolledBack(Message):
        """The learner wants to see what has left the pane."""

    @dataclass
    class Refused(Message):
        """Text was not pasted: it has several lines and the program in the shell would run them at once."""

        text: str

    def __init__(self, make: MakeShell, environment: Callable[[], Mapping[str, str]]) -> None:
        super().__init__(id="shell", classes="pane")
        self.make = make
        self.environment = environment
        self.shell: Widget | None = None
        self._waiting: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static(id="shell-note")

    def on_show(self) -> None:
        # After the first frame: a screen is seen before its shell has started.
        self.call_after_refresh(self.start)

    async def start(self) -> None:
        """Start the shell unless it runs."""
        if self.shell is not None or not self.is_attached:
            return
        try:
            self.shell = self.make(self.environment())
        except (MeshlabError, OSError) as error:
            self.say("\n\n".join([told(error, language_of(self)).sentence, *(f"$ {text}" for text in self._waiting)]))
            return
        self.query_one("#shell-note").display = False
        await self.mount(self.shell)
        for text in self._waiting:
            self.call_after_refresh(self.paste, text)
        self._waiting.clear()

    @property
    def active(self) -> bool:
        """Whether keys go to the shell."""
        return self.shell is not None and self.shell.has_focus

    def paste(self, text: str) -> None:
        """Put text at the prompt without running it; waits for a shell that has yet to start."""
        if self.shell is None:
            self._waiting.append(text)
            self.call_after_refresh(self.start)
        elif not (isinstance(self.shell, Shell) and self.shell.paste(text)):
            self.post_message(self.Refused(text))

    @property
    def transcript(self) -> str:
        """What scrolled away and what is on the shell's screen; empty without a shell."""
        return self.shell.transcript() if isinstance(self.shell, Shell) else ""

    def focus_shell(self) -> None:
        """Let keys go to the shell, as soon as it is there."""
        if self.shell is not None:
            self.shell.focus()
        else:
            self.call_after_refresh(self._focus_when_started)

    async def _focus_when_started(self) -> None:
        await self.start()
        if self.shell is not None:
            self.shell.focus()

    @on(Message)
    async def _ended(self, message: Message) -> None:
        # By name, so that this file needs no import of the emulator before a shell starts.
        if type(message).__name__ == "WheeledBack":
            message.stop()
            self.post_message(self.ScrolledBack())
            return
        if type(message).__name__ != "ProcessExited" or self.shell is None:
            return
        message.stop()
        await self.shell.remove()
        self.shell = None
        self.say(tr(self, "shell.ended"))
        self.focus()

    def say(self, text: str) -> None:
        """Instead of a shell; enter tries again."""
        note = self.query_one("#shell-note", Static)
        note.update(Content(text))
        note.display = True
        self.can_focus = True

    async def action_restart(self) -> None:
        if self.shell is None:
            self.can_focus = False
            await self.start()
            self.focus_shell()
