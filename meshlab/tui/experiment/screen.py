"""Predict, break, measure, repair, understand: one experiment from question to explanation."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerState

from meshlab.report.nodes import short_callers
from meshlab.report.numbers_text import measured_text, numbers_text
from meshlab.report.score_text import score_text
from meshlab.run.api import ExperimentEvent, LabRun
from meshlab.tui.base.full_shell import full_shell
from meshlab.tui.base.modals import ConfirmModal
from meshlab.tui.base.screen import BREAKPOINTS, MeshScreen
from meshlab.tui.experiment.matrix_rows import MatrixDrawing, scored, surprises
from meshlab.tui.experiment.progress import ExperimentProgress
from meshlab.tui.experiment.timeline import Timeline
from meshlab.tui.glyphs import CHECK_GLYPHS, CHECK_MEANINGS
from meshlab.tui.keys import bind
from meshlab.tui.theme import style_of
from meshlab.tui.translation import language_of, tr
from meshlab.tui.widgets.guide import GuidePage
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.matrix import MatrixView
from meshlab.tui.widgets.pane import Pane
from meshlab.tui.widgets.status import StatusRow
from meshlab.words import tell

STOPPED = (WorkerState.ERROR, WorkerState.CANCELLED)


class ExperimentScreen(MeshScreen[None]):
    """`progress` says where the experiment stands; this draws it."""

    CSS_PATH = "experiment.tcss"
    HELP_TOPIC = "help.experiment"
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "run", "experiment.run", priority=True),
        bind("a", "again", "experiment.again"),
        bind("left,comma", "scrub(-1)", "experiment.earlier", show=False),
        bind("right,full_stop", "scrub(1)", "experiment.later", display="← →"),
        bind("f3", "full_shell", "experiment.shell"),
        bind("escape", "close", "modal.close"),
    ]

    def __init__(self, run: LabRun, experiment: str) -> None:
        super().__init__()
        self.lab_run, self.experiment = run, experiment
        self.progress = ExperimentProgress()
        self.running: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        with Horizontal(id="body"):
            with Pane(id="question"):
                yield GuidePage(id="words")
                yield Static(id="progress")
            with Pane(id="field"):
                yield MatrixView()
                yield OptionList(id="choices")
                yield Timeline()
                yield Static(id="legend")
                yield Static(id="result")
        yield KeyFooter()

    async def on_mount(self) -> None:
        self.text = self.lab_run.experiment_text(self.experiment, language_of(self))
        matrix = self.query_one(MatrixView)
        matrix.display = self.text.kind != "choice"
        self.query_one("#choices").display = self.text.kind == "choice"
        self._start_over()
        await self._label()

    def _start_over(self) -> None:
        """The question, unanswered."""
        self.progress = ExperimentProgress()
        matrix = self.query_one(MatrixView)
        predicted: frozenset[tuple[str, str]] | None = frozenset() if self.text.kind == "matrix" else None
        matrix.drawing = MatrixDrawing(self.text.rows, self.text.columns, {}, predicted)
        matrix.marking = self.text.kind == "matrix"
        (self.query_one("#choices") if self.text.kind == "choice" else matrix).focus()

    async def _label(self) -> None:
        self.text = text = self.lab_run.experiment_text(self.experiment, language_of(self))
        self.query_one("#question").border_title = tr(self, "experiment.question")
        self.query_one("#field").border_title = tr(self, f"experiment.{'choice' if text.kind == 'choice' else 'matrix'}")
        options = self.query_one("#choices", OptionList)
        kept = options.highlighted
        options.set_options([Option(Content(words), id=name) for name, words in text.choices.items()])
        options.highlighted = kept or 0
        words = text.explanation if self.progress.finished and text.explanation else text.question
        await self.query_one(GuidePage).update(f"# {text.title}\n\n{words}")
        self.redraw()

    def relabel(self) -> None:
        super().relabel()
        self.call_later(self._label)

    def redraw(self) -> None:
        """Everything but the words."""
        snapshot = self.lab_run.snapshot()
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {snapshot.stage} ", "$muted"), (self.text.title, ""))
        style = {"running": "$warning", "finished": "$success"}.get(self.progress.state, "$muted")
        status.right = (("● ", style), (tr(self, f"experiment.{self.progress.state}"), ""))
        self.query_one("#progress", Static).update(self._progress())
        key = {"asked": "legend", "running": "legend-running"}.get(self.progress.state, "legend-result")
        legend = tr(self, f"experiment.{key}") if self.text.kind == "matrix" else ""
        self.query_one("#legend", Static).update(Content.styled(legend, "$muted"))
        self.query_one(Timeline).show(self.progress.frames, self.progress.at)
        self.query_one("#result", Static).update(self._result())
        self.refresh_bindings()

    def _progress(self) -> Content:
        """What has happened so far, line by line."""
        lines = []
        for event in self.progress.events:
            if event.verdict is not None:
                state = event.verdict.outcome.value
                title = self.lab_run.check_text(event.verdict.check, language_of(self)).title
                numbers = numbers_text(event.verdict.numbers, language_of(self)) if event.verdict.green else ""
                mark = (f"{CHECK_GLYPHS[state]} ", style_of(CHECK_MEANINGS[state]))
                lines.append(Content.assemble(mark, title, (f"  {numbers}" if numbers else "", "$muted")))
            elif event.kind in ("phase", "fault", "undo", "note", "waiting"):
                style = "bold $accent" if event.kind in ("phase", "waiting") else ""
                words = tell(event.words or event.text, language_of(self)) or event.phase
                lines.append(Content.assemble((f"{tr(self, f'experiment.event.{event.kind}')}  ", "$muted"), (words, style)))
        return Content("\n").join(lines)

    def _result(self) -> Content:
        if not self.progress.finished:
            return Content("")
        drawing = self.query_one(MatrixView).drawing
        text = score_text(self.progress.result, self.text, language_of(self))
        whole = self.text.kind == "none" or self.progress.score == 1
        lines = [Content.styled(text, "bold $success" if whole else "bold $accent")]
        if self.text.kind == "matrix" and drawing.compare:
            lines += self._surprises(drawing)
        elif self.text.kind != "matrix":
            lines += self._measured()
        return Content("\n").join(lines)

    def _measured(self) -> list[Content]:
        """Of each phase's checks, what they measured in the end."""
        lines: list[Content] = []
        for phase, verdict in self.progress.measured:
            measured = measured_text(verdict, language_of(self))
            if measured:
                title = self.lab_run.check_text(verdict.check, language_of(self)).title
                lines.append(Content.assemble((f"{phase}  ", "$muted"), f"{title}  ", (measured, "bold")))
        return [Content(""), Content.styled(tr(self, "experiment.measured"), "bold $primary"), *lines] if lines else []

    def _surprises(self, drawing: MatrixDrawing) -> list[Content]:
        """How many cells came out as predicted, and in words those that did not."""
        right, wrong = scored(drawing)
        lines = [Content(tr(self, "experiment.counted", right=right, wrong=wrong))]
        unexpected, names = surprises(drawing), short_callers(drawing.rows)
        for broke, key in ((True, "experiment.broke"), (False, "experiment.held")):
            listed = [f"  ! {names[row]} → {', '.join(columns)}" for went, row, columns in unexpected if went == broke]
            lines += [Content(line) for line in ([tr(self, key), *listed] if listed else [])]
        return lines

    # --- running --- #

    @work(group="experiment", exclusive=True, exit_on_error=False)
    async def start(self) -> None:
        """Say the prediction, then follow the experiment to its end; closing the generator undoes its faults."""
        prediction = self.prediction()
        if prediction.get("cells") == [] and not await self._sure():
            return
        if prediction:
            self.lab_run.predict(self.experiment, prediction)
        self.query_one(MatrixView).marking = False
        self.progress.start()
        self.redraw()
        async with aclosing(self.lab_run.experiment(self.experiment)) as events:
            async for event in events:
                self.happened(event)
        self.progress.finish()
        await self._label()
        self._compare()

    async def _sure(self) -> bool:
        title, text = tr(self, "experiment.nothing-title"), tr(self, "experiment.nothing-text")
        answer = await self.app.push_screen_wait(ConfirmModal(title, text))
        return answer is True

    def prediction(self) -> dict[str, Any]:
        """What the learner says will happen, as the run wants it."""
        if self.text.kind == "matrix":
            places = self.query_one(MatrixView).drawing.predicted or frozenset()
            return {"cells": [list(place) for place in sorted(places)]}
        option = self.query_one("#choices", OptionList).highlighted_option
        return {"choice": option.id} if self.text.kind == "choice" and option else {}

    def happened(self, event: ExperimentEvent) -> None:
        """One event of the running experiment."""
        self.progress.accept(event)
        self._show_frame()
        self.redraw()
        self.query_one("#question").scroll_end(animate=False)

    def _compare(self) -> None:
        """What was predicted beside the matrix of the disturbed time."""
        self._show_frame()
        self.query_one("#question").scroll_home(animate=False)
        self.redraw()

    def _show_frame(self) -> None:
        """The matrix of the moment that is looked at; only the disturbed time was predicted."""
        if not self.progress.frames:
            return
        frame, judged = self.progress.frames[self.progress.at], self.progress.frames[self.progress.judged]
        matrix = self.query_one(MatrixView)
        matrix.show(frame.matrix)
        compare = self.progress.finished and frame.disturbed == judged.disturbed
        matrix.drawing = replace(matrix.drawing, compare=compare, cursor=None)

    @on(Timeline.Wanted)
    def frame_wanted(self, message: Timeline.Wanted) -> None:
        self.progress.choose(message.frame)
        self._show_frame()
        self.redraw()

    def worker_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.group == "experiment" and event.state in STOPPED and self.progress.state == "running":
            self.progress.state = "asked"
            self.redraw()
            if event.state is WorkerState.CANCELLED:
                self.notify(tr(self, "experiment.cancelled"), markup=False)
        super().worker_changed(event)

    # --- keys --- #

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "run":
                return True if self.progress.state == "asked" else None
            case "again":
                return True if self.progress.finished else None
            case "scrub":
                # Without a timeline the arrows are the prediction's.
                return len(self.progress.frames) > 1
        return super().check_action(action, parameters)

    def action_run(self) -> None:
        self.start()

    def action_scrub(self, by: int) -> None:
        self.frame_wanted(Timeline.Wanted(self.progress.at + by))

    def action_full_shell(self) -> None:
        full_shell(self, self.lab_run)

    def action_again(self) -> None:
        self._start_over()
        self.call_later(self._label)

    def action_close(self) -> None:
        if self.progress.state != "running":
            self.dismiss(None)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.workers.cancel_group(self, "experiment")

        title, text = tr(self, "experiment.cancel-title"), tr(self, "experiment.cancel-text")
        self.app.push_screen(ConfirmModal(title, text), answered)
