"""The app: themes, language, and which screen comes next. It starts no work of its own but opening a run."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.events import Event, InputEvent
from textual.filter import Monochrome, NoColor
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, WorkerFailed, WorkerState

from meshlab.errors import ExitCode, MeshlabError
from meshlab.run.api import LabRun, Language
from meshlab.settings import choose
from meshlab.settings.model import Loaded
from meshlab.tui.backend import Backend, LiveBackend
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.garbage_collection import EVERY, Sweeper
from meshlab.tui.keys import bind
from meshlab.tui.machine.questions import FirstStart, LiveFirstStart
from meshlab.tui.messages import Failed, LabReady, LeaveLab, OpenLab, StartAgain, TitlesRead
from meshlab.tui.precedence import take_precedence
from meshlab.tui.preferences import Preferences
from meshlab.tui.road.screen import HomeScreen
from meshlab.tui.theme import CYCLE, DARK, OWN_VARIABLES, THEMES
from meshlab.tui.translation import tr
from meshlab.tui.widgets.shell import MakeShell, ShellPane, real_shell
from meshlab.words import default_language, say

log = logging.getLogger(__name__)

FUNCTION_KEY = re.compile(r"f\d+")
"""Keyboards have a capital letter on them."""
SETTINGS_SAID = 30
"""Seconds that a sentence about the settings file stays."""


def write_down(error: BaseException) -> None:
    """Into the log: what the learner is told as a sentence as a line, what nobody expected with where it came from."""
    if isinstance(error, MeshlabError):
        log.warning("shown: %s: %s", type(error).__name__, error)
    else:
        log.error("a worker or screen failed", exc_info=error)


class MeshlabApp(App[int]):
    """Home at the bottom of the stack; a lab is prepared and worked on above it."""

    # Textual loads no style sheet for the default screen, so the app brings it.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "road/road.tcss"]
    TITLE = "meshlab"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("question_mark", "help", "app.help", display="?"),
        bind("f1", "help", "app.help"),
        bind("L", "language", "app.language", show=False, display="L"),
        bind("T", "theme", "app.theme", show=False, display="T"),
        bind("ctrl+p", "command_palette", "app.palette", show=False, priority=True, display="^p"),
        bind("colon", "command_palette", "app.command", show=False),
        # Before what escape does on a screen: first all is shown again, then one leaves.
        bind("escape", "show_all", "list.filter-off", show=False, priority=True),
        bind("q", "quit", "app.quit"),
        bind("ctrl+q", "quit", "app.quit-anywhere", show=False, priority=True),
    ]

    language: var[Language] = var("en", init=False)

    def __init__(
        self,
        backend: Backend,
        *,
        language: Language = "en",
        lab: str = "",
        theme: str = DARK.name,
        make_shell: MakeShell = real_shell,
        preferences: Preferences | None = None,
        recorded: bool = False,
        first: FirstStart | None = None,
        spare: bool = False,
    ) -> None:
        """recorded: the backend replays recordings, and every screen says so. first: what is asked before the road is shown.

        spare: stop the nodes, too, when the learner leaves.
        """
        # A size that the environment holds (`docker exec -e COLUMNS`, readline) would outlive every resize,
        # in the shell pane as well. The console of the app keeps the one that it is made with.
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)
        super().__init__()
        if self.no_color:
            # Textual's greys are colours, too, and black on black where the theme is the terminal's own.
            self._filters = [NoColor() if isinstance(line_filter, Monochrome) else line_filter for line_filter in self._filters]
        for known_theme in THEMES:
            self.register_theme(known_theme)
        self.theme = theme
        self.preferences = preferences or Preferences()
        self.preferences.set_up(self)
        self.backend, self.first_lab, self.make_shell = backend, lab, make_shell
        self.first, self.spare = first, spare
        self.set_reactive(MeshlabApp.language, language)
        self.recorded, self.sweeper = recorded, Sweeper()
        self.lab_run: LabRun | None = None
        self.prepared = False
        self.fatal: BaseException | None = None
        """What ended the app, where nobody caught it."""
        self.titles: dict[str, str] = {}
        self.keys_set: dict[str, str] = {}
        """The key that the settings give to an action, the first of several, by the action's id."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return OWN_VARIABLES

    def get_default_screen(self) -> Screen[None]:
        return HomeScreen(self.backend)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from meshlab.tui.commands import commands

        return commands(screen)

    def on_mount(self) -> None:
        # After the first paint: finding clashes of keys takes every screen.
        self.call_after_refresh(self.follow_settings)
        self.call_after_refresh(self.sweeper.begin)
        if not self.is_headless:
            self.call_after_refresh(take_precedence)
        self.set_interval(EVERY, self.sweeper.sweep)
        if self.first is not None and self.first.questions:
            self.ask_first(self.first)
        elif self.first_lab:
            self.open_lab(self.first_lab)

    @work(exclusive=True, group="first", exit_on_error=False)
    async def ask_first(self, first: FirstStart) -> None:
        """The questions of the first start, then what the doctor found, where that is worth a look."""
        from meshlab.tui.machine.doctor import DoctorScreen
        from meshlab.tui.machine.first_start import FirstStartScreen

        screen = FirstStartScreen(first)
        around = await self.push_screen_wait(screen)
        self.spare = screen.answers.get("memory", "spare" if self.spare else "") == "spare"
        if any(finding.state in ("problem", "warning") for finding in around.findings):
            await self.push_screen_wait(DoctorScreen(self.backend, around.findings))
        if self.first_lab:
            self.open_lab(self.first_lab)

    def get_key_display(self, binding: Binding) -> str:
        shown = super().get_key_display(binding)
        return shown.upper() if FUNCTION_KEY.fullmatch(shown) else shown

    # --- settings --- #

    def follow_settings(self) -> None:
        """Keys as the settings have them; what could not be followed is said, and the defaults hold."""
        if problems := self.preferences.set_keys(self, self.language):
            self.notify(problems, severity="warning", markup=False, timeout=SETTINGS_SAID)
        if keys := self.preferences.keys:
            self.keys_set = {name: key.split(",")[0] for name, key in keys.items()}
            self.watch_language()

    def keep(self, name: str, value: str) -> None:
        """Remember a choice for the next start."""
        if why := self.preferences.keep(name, value, self.language):
            self.notify(say("settings.not-kept", self.language, why=why), severity="warning", markup=False)

    # --- which screen --- #

    @on(OpenLab)
    def lab_wanted(self, message: OpenLab) -> None:
        self.open_lab(message.lab)

    @work(exclusive=True, group="open", exit_on_error=False)
    async def open_lab(self, lab: str) -> None:
        from meshlab.tui.preparing.screen import PreparingScreen

        self.lab_left()
        await self._close_run()
        self.lab_run = await self.backend.open(lab, self.language)
        await self.push_screen(PreparingScreen(self.lab_run))

    @on(StartAgain)
    def lab_wanted_again(self) -> None:
        if self.lab_run is not None:
            self.open_lab(self.lab_run.lab_id)

    @on(LabReady)
    def lab_ready(self, message: LabReady) -> None:
        from meshlab.tui.lab.screen import LabScreen

        self.prepared = True
        self.switch_screen(LabScreen(message.run, self.make_shell))
        # Whatever talks to a cluster has been imported by now.
        self.sweeper.begin()

    @on(LeaveLab)
    def lab_left(self) -> None:
        # Also sent while the app closes and its screens are gone already.
        while len(self.screen_stack) > 1 and not isinstance(self.screen, HomeScreen):
            self.pop_screen()

    async def _close_run(self) -> None:
        if self.lab_run is not None:
            run, self.lab_run, self.prepared = self.lab_run, None, False
            await run.close()

    @on(Worker.StateChanged)
    def worker_failed(self, event: Worker.StateChanged) -> None:
        """Opening a lab failed: said over whatever screen is there."""
        if event.state is WorkerState.ERROR and event.worker.node is self and isinstance(self.screen, MeshScreen):
            assert event.worker.error is not None
            self.screen.show_failure(event.worker.error)

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        from meshlab.tui.base.modals import FailureModal

        write_down(message.error)
        self.push_screen(FailureModal(message.error, message.ways), message.chosen)

    def _handle_exception(self, error: Exception) -> None:
        """Nobody caught it: the app ends. Textual would print a traceback; whoever ran the app says it as a sentence."""
        super()._handle_exception(error)
        cause = error.error if isinstance(error, WorkerFailed) else error
        write_down(cause)
        self.fatal = self.fatal or cause
        self._exit_renderables.clear()

    # --- keys --- #

    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent):
            self.sweeper.touched()
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "show_all":
            return isinstance(self.screen, MeshScreen) and self.screen.filtering
        # Priority keys of the app would take ctrl+p and ctrl+q from the shell.
        return not (action in ("command_palette", "quit", "help") and self._typing_in_shell())

    def _typing_in_shell(self) -> bool:
        focused = self.screen.focused if self.screen_stack else None
        return focused is not None and isinstance(focused.parent, ShellPane) and focused.parent.active

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=tr(self, "command.search")))

    async def action_show_all(self) -> None:
        if isinstance(self.screen, MeshScreen):
            await self.screen.show_all()

    def action_jump(self) -> None:
        from meshlab.tui.base.jump import JumpScreen, lettered

        screen = self.screen
        if not isinstance(screen, MeshScreen):
            return

        def chosen(target: Widget | None) -> None:
            if target is not None and target.is_attached:
                screen.go_to_pane(target)

        self.push_screen(JumpScreen(lettered(screen.targets())), chosen)

    def action_help(self) -> None:
        from meshlab.tui.base.help import help_modal

        self.push_screen(help_modal(self.screen))

    def action_compare(self) -> None:
        from meshlab.tui.compare.screen import CompareScreen

        if not isinstance(self.screen, CompareScreen):
            self.push_screen(CompareScreen(self.backend))

    def action_language(self) -> None:
        self.language = "zh" if self.language == "en" else "en"
        self.keep("language", self.language)

    def action_theme(self, name: str = "") -> None:
        """The named one, else the next; also from the next start on."""
        after = CYCLE.index(self.theme) + 1 if self.theme in CYCLE else 0
        self.theme = name or CYCLE[after % len(CYCLE)]
        self.keep("theme", self.theme)
        if not name:
            self.notify(tr(self, f"command.{self.theme}"), markup=False)

    @on(TitlesRead)
    def keep_titles(self, message: TitlesRead) -> None:
        changed, self.titles = message.titles != self.titles, message.titles
        for screen in self.screen_stack if changed else ():
            if isinstance(screen, MeshScreen):
                screen.retitle()

    def watch_language(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, MeshScreen):
                screen.relabel()

    async def action_quit(self) -> None:
        from meshlab.tui.preparing.operation import FollowsOperation

        for screen in self.screen_stack:
            if isinstance(screen, FollowsOperation) and screen.busy:
                # Leaving in the middle would leave half a cluster behind: cancel first, quit when that is done.
                self.notify(tr(self, "quit.busy"), severity="warning", markup=False)
                return
        self.leave()

    @work(exclusive=True, group="leave", exit_on_error=False)
    async def leave(self) -> None:
        """Close the run and say what keeps running."""
        message = ""
        if self.lab_run is not None and self.prepared and not self.recorded:
            spared = self.spare and await self._give_memory_back(self.lab_run)
            message = say(
                f"tui.quit.{'sparing' if spared else 'running'}", self.language, cluster=self.lab_run.snapshot().cluster
            )
        await self._close_run()
        self.exit(ExitCode.PASS, message=message)

    async def _give_memory_back(self, run: LabRun) -> bool:
        """Stop the nodes of a cluster that meshlab made; whether they are."""
        from meshlab.tui.preparing.operation import WorkingModal

        if not run.snapshot().owns_nodes:
            return False
        return await self.push_screen_wait(WorkingModal(tr(self, "quit.spare-working"), lambda: run.stop(free=True))) is True


def run_app(
    *,
    language: Language | None = None,
    packs: Sequence[Path] = (),
    lab: str = "",
    settings: Loaded | None = None,
    record: Path | None = None,
    engine: str = "",
    memory: str = "",
    questions: tuple[str, ...] = (),
) -> int:
    """Run the interface to its end and give the exit code. It needs a terminal, on stderr too.

    Raises what ended it, where that was nobody's wish.
    """
    chosen: Language = language or ("zh" if default_language() == "zh" else "en")
    backend, preferences = LiveBackend(packs, record, choose.context(engine)), Preferences(settings)
    first = LiveFirstStart(questions, backend, preferences)
    app = MeshlabApp(backend, language=chosen, lab=lab, preferences=preferences, first=first, spare=memory == "spare")
    return ended(app, app.run())


def ended(app: MeshlabApp, result: int | None) -> int:
    """The exit code; raises what ended the app, for the command to say."""
    if app.fatal is not None:
        raise app.fatal
    return int(result if result is not None else app.return_code or ExitCode.PASS)
