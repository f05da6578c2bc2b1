"""The screen where a lab is worked on: guide, live map, checks, shell."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Markdown, Static
from textual.worker import Worker

from meshlab.errors import UsageError
from meshlab.report.trouble import told
from meshlab.run.api import HintText, LabRun, Language, Matrix, Page
from meshlab.tui.base.full_shell import full_shell
from meshlab.tui.base.modals import ConfirmModal, ReadModal
from meshlab.tui.base.panes import PANES, PanesScreen, PaneTabs
from meshlab.tui.base.screen import MeshModal
from meshlab.tui.keys import bind
from meshlab.tui.lab.board import Board
from meshlab.tui.lab.checks import CheckList
from meshlab.tui.lab.controller import LabController
from meshlab.tui.lab.dialogs import LabDialogs
from meshlab.tui.lab.guide_pane import GuidePane
from meshlab.tui.lab.topology.model import Picture
from meshlab.tui.lab.topology.widget import MapPane, TopologyView
from meshlab.tui.lab.troubles import Troubles, ways_on
from meshlab.tui.messages import LeaveLab, StartAgain
from meshlab.tui.preparing.operation import Operation, WorkingModal
from meshlab.tui.translation import lab_title, language_of, recorded, tr
from meshlab.tui.widgets.guide import RunRequested
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.matrix import MatrixView
from meshlab.tui.widgets.pane import Pane
from meshlab.tui.widgets.shell import MakeShell, ShellPane
from meshlab.tui.widgets.status import StatusRow


class LabScreen(PanesScreen):
    """Panes, pages, keys and drawing. What is done with the run is the controller's; what opens over it, the dialogs'."""

    CSS_PATH = "lab.tcss"
    HELP_TOPIC = "help.lab"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("c", "check", "lab.check"),
        bind("h", "hint", "lab.hint"),
        bind("n", "next", "lab.next"),
        bind("e", "experiment", "lab.experiment"),
        bind("t", "trace", "lab.trace"),
        bind("r", "reset", "lab.reset"),
        bind("s", "solve", "lab.solve"),
        bind("b", "page(-1)", "lab.back", show=False),
        bind("f", "page(1)", "lab.forward", show=False),
        bind("d", "debrief", "lab.debrief", show=False),
        bind("l", "labs", "lab.labs"),
        bind("v", "app.compare", "app.compare"),
        bind("Y", "copy_kubeconfig", "lab.copy-kubeconfig", show=False),
        bind("escape", "back", "lab.escape", show=False),
        bind("f2", "shell", "lab.shell", priority=True, show=False),
        bind("f3", "full_shell", "lab.full-shell", priority=True, show=False),
        bind("f6,shift+pageup", "scrollback", "lab.scrollback", priority=True, show=False),
    ]

    def __init__(self, run: LabRun, make_shell: MakeShell) -> None:
        super().__init__()
        self.lab_run, self.board, self.make_shell = run, Board(run), make_shell
        self.troubles = Troubles(self, self.redraw_status)
        self.controller = LabController(run, self.board, self, self.troubles)
        self.dialogs = LabDialogs(self, self.controller)
        self._redraw_pending = False
        self.page_step = self.board.snapshot.current

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        yield PaneTabs(id="tabs")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield GuidePane()
                with Pane(id="hint"):
                    yield Markdown(id="hint-text")
            with Vertical(id="right"):
                with MapPane(id="map"):
                    yield TopologyView()
                with Pane(id="matrix"):
                    yield MatrixView()
                with Vertical(id="checks", classes="pane"):
                    yield CheckList()
                    yield Static(id="step-done")
                yield ShellPane(self.make_shell, self.lab_run.environment)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#hint").display = False
        self.show_active(self.active, self.active)
        self.titles()
        self.show_page(self.page_step)
        self.pane("guide").focus()
        self.controller.follow()

    def on_screen_resume(self) -> None:
        if self.is_mounted and not any(worker.group == "watch" and worker.is_running for worker in self.workers):
            self.controller.follow()

    def on_screen_suspend(self) -> None:
        # A question over this screen still wants it live; another screen does not.
        if not isinstance(self.app.screen, MeshModal):
            self.controller.rest()

    # --- what the controller asks --- #

    @property
    def language(self) -> Language:
        """The one spoken now."""
        return language_of(self)

    @property
    def replaying(self) -> bool:
        """Whether the run is a recording."""
        return recorded(self)

    def is_shown(self, *panes: str) -> bool:
        """Whether one of these panes is seen now."""
        return any(self.pane(name).display for name in panes)

    def start_work(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> Worker[None]:
        """As a worker, in the place of one of the same group."""
        return self.run_worker(work, group=group, exclusive=True, exit_on_error=False)

    def cancel_work(self, *groups: str) -> None:
        """Those that run."""
        for group in groups:
            self.workers.cancel_group(self, group)

    async def confirm(self, question: str, items: tuple[str, ...] = (), **parameters: object) -> bool:
        """A question before what is hard to take back; `.strays` are the words about the items."""
        texts = [tr(self, f"{question}.text", **parameters), *([tr(self, f"{question}.strays")] if items else [])]
        modal = ConfirmModal(tr(self, f"{question}.title"), "\n\n".join(texts), items=items)
        return await self.app.push_screen_wait(modal) is True

    async def run_operation(self, name: str, operation: Operation) -> BaseException | bool | None:
        """Over this screen, with its phases."""
        return await self.app.push_screen_wait(WorkingModal(tr(self, f"{name}.working"), operation))

    def show_finished(self) -> None:
        """The last step is done."""
        self.app.push_screen(ReadModal(tr(self, "lab.finished-title"), markdown=tr(self, "lab.finished")))

    def refuse(self, error: UsageError) -> None:
        """Why nothing was done."""
        self.notify(told(error, self.language).sentence, severity="warning", markup=False)

    def leave_lab(self) -> None:
        """Back to the road."""
        self.post_message(LeaveLab())

    # --- failures --- #

    def show_failure(self, error: BaseException) -> None:
        # What the learner asked for fails for the same reason: it is on the screen already.
        if not self.troubles.is_on_screen(error):
            super().show_failure(error)

    def ways_on(self, error: BaseException) -> tuple[str, ...]:
        return ways_on(error)

    def go_way(self, way: str | None) -> None:
        match way:
            case "retry":
                self.controller.look_again()
            case "start":
                self.post_message(StartAgain())
            case "leave":
                self.leave_lab()

    # --- drawing --- #

    def titles(self) -> None:
        """Names of panes in the language spoken now."""
        for number, name in enumerate(PANES):
            self.pane(name).border_title = f"{number + 1} {tr(self, f'pane.{name}')}"
        for name in ("shell", "checks", "map", "matrix"):
            self.pane(name).border_subtitle = tr(self, f"{name}.keys")

    def relabel(self) -> None:
        super().relabel()
        self.titles()
        self.show_page(self.page_step)
        self.controller.draw_map()
        self.query_one("#hint").display = False

    def show_page(self, step: str) -> None:
        """Show a step's title, and with the next frame its page and checks: a key is answered at once."""
        self.page_step = step
        page = self.lab_run.page(step, language_of(self))
        guide = self.query_one(GuidePane)
        guide.border_title = f"1 {tr(self, 'pane.guide')}  {page.number}/{page.of} {page.title}"
        self.call_after_refresh(self._fill_page, page)

    def _fill_page(self, page: Page) -> None:
        self.query_one(GuidePane).show(page.markdown)
        self.query_one("#hint").display = False
        self.redraw_checks()

    def redraw_soon(self) -> None:
        """What verdicts have changed, with the next frame: a burst of them is drawn once."""
        if not self._redraw_pending:
            self._redraw_pending = True
            self.call_after_refresh(self._redraw_verdicts)

    def _redraw_verdicts(self) -> None:
        self._redraw_pending = False
        if self.board.look_again():
            self.show_page(self.board.snapshot.current)
        self.redraw_checks()

    def redraw_checks(self) -> None:
        """Checks, counts, and whether the step is done."""
        shown = self.page_step, self.language
        self.query_one(CheckList).show(self.board.rows(*shown), self.board.experiments(*shown))
        done = self.query_one("#step-done", Static)
        done.display = self.board.done(self.page_step)
        key = "lab.step-done" if self.page_step == self.board.snapshot.current else "lab.step-was-done"
        words = Content.assemble(("✔ ", "$success"), tr(self, key))
        if done.content != words:
            done.update(words)
        self.redraw_status()
        self.refresh_bindings()

    def redraw_status(self) -> None:
        snapshot = self.board.snapshot
        green, total = self.board.counts()
        number = self.board.index(snapshot.current) + 1
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {snapshot.stage} ", "$muted"), (lab_title(self, snapshot), ""))
        lost = self.troubles.lost
        link = (("● ", "$error"), (lost, "$error")) if lost else (("● ", "$success"), (tr(self, "lab.ready"), ""))
        faults = (("   ▲ ", "$warning"), (tr(self, "lab.faults", count=len(snapshot.faults)), "")) if snapshot.faults else ()
        where = f"{snapshot.engine} {snapshot.cluster} " if self.has_class("-wide") else ""
        status.right = (
            (where, "$muted"),
            *link,
            *faults,
            ("   " + tr(self, "lab.step", number=number, of=len(snapshot.steps)), "$muted"),
            ("   " + tr(self, "lab.checks", green=green, total=total), "bold"),
        )

    def retitle(self) -> None:
        self.redraw_status()

    def draw_map(self, picture: Picture, matrix: Matrix | None) -> None:
        """The map and, in the other pane, the matrix."""
        self.query_one(TopologyView).picture = picture
        self.query_one(MatrixView).show(matrix)

    def show_hint(self, hint: HintText | None) -> None:
        """Put a hint below the guide, where it can be read while typing; None: there is none left."""
        if hint is None:
            self.notify(tr(self, "hint.none"), markup=False)
            return
        box = self.query_one("#hint")
        box.display = True
        box.border_title = tr(self, "hint.title", number=hint.number, of=hint.of)
        box.border_subtitle = tr(self, "hint.keys")
        self.query_one("#hint-text", Markdown).update(hint.text)
        if self.has_class("-narrow"):
            self.action_pane(0)

    # --- keys --- #

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """While keys go to the shell, only those that lead out of it are named."""
        bindings = super().active_bindings
        if not self.is_mounted or not self.query_one(ShellPane).active:
            return bindings
        return {
            key: active._replace(binding=replace(active.binding, show=True))
            for key, active in bindings.items()
            if active.binding.priority and active.enabled
        }

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        index, last = self.board.index(self.page_step), len(self.board.snapshot.steps) - 1
        step = self.board.step()
        match action:
            case "next":
                return True if self.board.done() else None
            case "experiment":
                return True if step and step.experiments else None
            case "debrief":
                return True if self.board.done(self.page_step) else None
            case "page":
                return True if 0 <= index + int(str(parameters[0])) <= min(last, self.furthest()) else None
        return super().check_action(action, parameters)

    def furthest(self) -> int:
        """Pages may be read up to the current step."""
        return self.board.index(self.board.snapshot.current)

    def focused_check(self) -> str:
        """The check that is highlighted, while its list has the keys."""
        checks = self.query_one(CheckList)
        kind, _, name = (checks.chosen or "").partition(":")
        return name if checks.has_focus and kind == "check" else ""

    def action_check(self) -> None:
        self.controller.check()

    def action_hint(self) -> None:
        self.controller.hint(self.focused_check())

    def action_next(self) -> None:
        self.controller.next()

    def action_reset(self) -> None:
        self.controller.reset()

    def action_solve(self) -> None:
        self.controller.solve()

    def action_experiment(self) -> None:
        self.dialogs.choose_experiment()

    def action_trace(self) -> None:
        self.dialogs.open_trace()

    def action_debrief(self) -> None:
        self.dialogs.show_debrief(self.page_step)

    @on(CheckList.Opened)
    def check_opened(self, message: CheckList.Opened) -> None:
        self.dialogs.open_check(message.check)

    @on(CheckList.ExperimentOpened)
    def experiment_opened(self, message: CheckList.ExperimentOpened) -> None:
        self.dialogs.open_experiment(message.experiment)

    def text_to_copy(self) -> str:
        """Of a check all that is known: verdict, evidence."""
        check = self.focused_check()
        if not check:
            return super().text_to_copy()
        title, evidence = self.dialogs.evidence(check)
        return f"{title}\n\n{evidence.plain}"

    def action_copy_kubeconfig(self) -> None:
        self.copy_text(self.lab_run.environment()["KUBECONFIG"])

    def action_full_shell(self) -> None:
        full_shell(self, self.lab_run)

    def action_page(self, by: int) -> None:
        self.show_page(self.board.snapshot.steps[self.board.index(self.page_step) + by].id)

    def action_labs(self) -> None:
        self.leave_lab()

    def action_back(self) -> None:
        hint = self.query_one("#hint")
        if hint.display:
            hint.display = False
        elif self.zoomed:
            self.action_zoom()
        else:
            self.action_labs()

    def focus_pane(self, name: str) -> None:
        if name == "shell":
            self.query_one(ShellPane).focus_shell()
        elif name == "checks":
            self.query_one(CheckList).focus()
        else:
            super().focus_pane(name)

    def action_shell(self) -> None:
        self.action_pane(0 if self.query_one(ShellPane).active else PANES.index("shell"))

    @on(ShellPane.ScrolledBack)
    def action_scrollback(self) -> None:
        from meshlab.tui.lab.scrollback import ScrollbackScreen

        # An emulator that this screen covers goes on: only what is seen of it stands still.
        self.app.push_screen(ScrollbackScreen(self.query_one(ShellPane).transcript))

    @on(RunRequested)
    def bring_command(self, message: RunRequested) -> None:
        self.action_pane(PANES.index("shell"))
        self.query_one(ShellPane).paste(message.code)

    @on(ShellPane.Refused)
    def copy_instead(self, message: ShellPane.Refused) -> None:
        self.app.copy_to_clipboard(message.text)
        self.notify(tr(self, "shell.refused"), severity="warning", markup=False)
