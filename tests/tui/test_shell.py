"""The shell pane with a real bash: environment, keys, pasting without running, ending, scrollback, no child left."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot
from textual.widgets import Input

from meshlab.run.api import Language
from meshlab.tui.widgets.shell import RCFILE, ShellPane, command_line, real_shell
from meshlab.tui.widgets.terminal import ShellTerminal
from tests.programs import need
from tests.tui.helpers import until

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="no bash")


class ShellApp(App[None]):
    """The pane alone."""

    language: Language = "en"
    keys_set: ClassVar[dict[str, str]] = {}

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.environment = {"KUBECONFIG": str(home / "kubeconfig"), "HOME": str(home), "MESHLAB_RUN": "2-router-mesh"}
        self.refused: list[str] = []
        self.scrolled = 0

    def compose(self) -> ComposeResult:
        yield ShellPane(real_shell, lambda: self.environment)
        yield Input(id="elsewhere")

    def on_shell_pane_scrolled_back(self) -> None:
        self.scrolled += 1

    def on_shell_pane_refused(self, message: ShellPane.Refused) -> None:
        self.refused.append(message.text)


FULL_SCREEN = [("less", "q", "verse 9"), ("vim -u NONE", ":q!", "verse 9")]


def wheel(terminal: ShellTerminal) -> MouseScrollUp:
    """One notch up over the first cell."""
    return MouseScrollUp(terminal, 1, 1, 0, -1, 0, False, False, False)


async def ready(pilot: Pilot[Any]) -> ShellTerminal:
    """The emulator, once its prompt is there."""
    await until(pilot, lambda: pilot.app.query(ShellTerminal))
    terminal = pilot.app.query_one(ShellTerminal)
    await until(pilot, lambda: "meshlab" in screen(terminal))
    return terminal


def screen(terminal: ShellTerminal) -> str:
    text: str = terminal.board.capture_text()
    return text


async def test_it_has_the_labs_environment(tmp_path: Path) -> None:
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 20)) as pilot:
        terminal = await ready(pilot)
        app.query_one(ShellPane).focus_shell()
        await until(pilot, lambda: terminal.has_focus)
        await pilot.press(*"echo $MESHLAB_RUN-$KUBECONFIG", "enter")
        await until(pilot, lambda: f"2-router-mesh-{tmp_path}" in screen(terminal).replace("\n", ""))


async def test_a_pasted_command_waits_for_enter(tmp_path: Path) -> None:
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 20)) as pilot:
        terminal = await ready(pilot)
        app.query_one(ShellPane).paste("echo answer-$((40 + 2))")
        await until(pilot, lambda: "40 + 2" in screen(terminal))
        assert "answer-42" not in screen(terminal)
        app.query_one(ShellPane).focus_shell()
        await pilot.press("enter")
        await until(pilot, lambda: "answer-42" in screen(terminal))


async def test_several_lines_are_pasted_whole_or_not_at_all(tmp_path: Path) -> None:
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 20)) as pilot:
        terminal = await ready(pilot)
        await until(pilot, lambda: terminal.board.modes.bracketed_paste)
        app.query_one(ShellPane).paste("echo a$((1 + 1))\necho b$((2 + 2))")
        await until(pilot, lambda: "2 + 2" in screen(terminal))
        assert "a2" not in screen(terminal)
        terminal.board.modes.bracketed_paste = False
        app.query_one(ShellPane).paste("echo c\necho d")
        await until(pilot, lambda: app.refused)


async def test_a_shell_that_ends_can_be_started_again(tmp_path: Path) -> None:
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 20)) as pilot:
        first = await ready(pilot)
        app.query_one(ShellPane).focus_shell()
        await pilot.press(*"exit", "enter")
        await until(pilot, lambda: not app.query(ShellTerminal))
        await pilot.press("enter")
        assert await ready(pilot) is not first


def _has_line(terminal: ShellTerminal, line: str) -> bool:
    """Whether it stands alone: the command that was typed holds the number, too."""
    return line in (shown.strip() for shown in screen(terminal).split("\n"))


async def test_lines_that_scroll_away_are_kept(tmp_path: Path) -> None:
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 12)) as pilot:
        terminal = await ready(pilot)
        app.query_one(ShellPane).focus_shell()
        await pilot.press(*"seq 1 300", "enter")
        await until(pilot, lambda: _has_line(terminal, "300"))
        assert "17" in terminal.history


async def test_what_scrolled_away_can_be_seen_again(tmp_path: Path) -> None:
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 12)) as pilot:
        terminal = await ready(pilot)
        pane = app.query_one(ShellPane)
        pane.focus_shell()
        await pilot.press(*"seq 1 300", "enter")
        await until(pilot, lambda: _has_line(terminal, "300"))
        lines = pane.transcript.split("\n")
        assert lines[lines.index("1") : lines.index("300") + 1] == [str(number) for number in range(1, 301)]
        terminal.on_mouse_scroll_up(wheel(terminal))
        await until(pilot, lambda: app.scrolled == 1)


@pytest.mark.parametrize(("start", "leave", "sign"), FULL_SCREEN)
async def test_programs_with_a_screen_of_their_own_give_it_back(tmp_path: Path, start: str, leave: str, sign: str) -> None:
    (tmp_path / "poem").write_text("".join(f"verse {number}\n" for number in range(1, 80)))
    need(start.split()[0])
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 16)) as pilot:
        terminal = await ready(pilot)
        app.query_one(ShellPane).focus_shell()
        await pilot.press(*"echo before-$((40 + 2))", "enter")
        await until(pilot, lambda: "before-42" in screen(terminal))
        await pilot.press(*f"{start} {tmp_path}/poem", "enter")
        await until(pilot, lambda: sign in screen(terminal) and "before-42" not in screen(terminal))
        kept = len(terminal.history)
        terminal.on_mouse_scroll_up(wheel(terminal))
        await pilot.press(*"G")
        await until(pilot, lambda: "verse 79" in screen(terminal))
        assert (app.scrolled, len(terminal.history)) == (0, kept), "its wheel and its lines are its own"
        await pilot.press(*leave, "enter")
        await until(pilot, lambda: "before-42" in screen(terminal) and "verse" not in screen(terminal).split("before-42")[1])


KUBECTL = """#!/bin/sh
[ "$1" = __complete ] && [ "$2" = get ] && printf 'pods\\tthe pods\\nsecrets\\n:4\\n'
"""


async def test_tab_completes_what_kubectl_offers(tmp_path: Path) -> None:
    (tmp_path / "kubectl").write_text(KUBECTL)
    (tmp_path / "kubectl").chmod(0o755)
    app = ShellApp(tmp_path)
    app.environment |= {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    async with app.run_test(size=(100, 16)) as pilot:
        terminal = await ready(pilot)
        app.query_one(ShellPane).focus_shell()
        await pilot.press(*"type _get_comp_words_by_ref || unset -f _get_comp_words_by_ref", "enter")
        await pilot.press(*"k get po", "tab")
        await until(pilot, lambda: "k get pods" in screen(terminal))


async def test_no_child_is_left(tmp_path: Path) -> None:
    app = ShellApp(tmp_path)
    async with app.run_test(size=(100, 20)) as pilot:
        terminal = await ready(pilot)
        process: Any = terminal.board.process
        assert process.poll() is None
    assert process.poll() is not None
    assert not Path(f"/proc/{process.pid}").exists()


def test_the_locale_is_one_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "LC_ALL=zh_CN.UTF-8" in command_line({})
    monkeypatch.setenv("LC_ALL", "POSIX")
    monkeypatch.setenv("LANG", "C")
    words = command_line({"KUBECONFIG": "/k"})
    assert "LC_ALL=C.UTF-8" in words
    assert "KUBECONFIG=/k" in words


def test_without_bash_the_learners_shell_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("SHELL", "/bin/sh")
    assert command_line({})[-2:] == ["/bin/sh", "-i"]
    assert RCFILE.exists()
