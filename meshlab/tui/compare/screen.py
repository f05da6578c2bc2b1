"""The stages side by side, as the learner's clusters measured them; below, all about the chosen one."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from meshlab.report.compare.plots import plots
from meshlab.report.compare.text import published_lines, reach_rows
from meshlab.report.compare.words import gap_text, origin, row_title
from meshlab.run.compare import Comparison, Stage
from meshlab.tui.backend import Backend
from meshlab.tui.base.modals import ReadModal
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.compare.stage_table import StageTable
from meshlab.tui.keys import bind
from meshlab.tui.translation import language_of, recorded, tour, tr
from meshlab.tui.widgets.drawing import content_of
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.pane import Pane
from meshlab.tui.widgets.status import StatusRow
from meshlab.words import say

READ_WIDTH = 80


class CompareScreen(MeshScreen[None]):
    """Table above; the chosen stage's matrix, sources and gaps below. What others published is in a window of its own."""

    CSS_PATH = "compare.tcss"
    HELP_TOPIC = "help.compare"
    BINDINGS: ClassVar[list[BindingType]] = [
        # A pane that scrolls would take them.
        bind("left", "choose(-1)", "compare.left", show=False, priority=True),
        bind("right", "choose(1)", "compare.right", display="← →", priority=True),
        bind("b", "plots", "compare.plots"),
        bind("p", "published", "compare.published"),
        bind("escape", "close", "modal.close"),
    ]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend
        self.comparison: Comparison | None = None
        self.chosen = 0
        self.plotted = False
        """Whether the numbers are drawn as bars instead of a table."""

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        with Pane(id="stages"):
            yield StageTable(id="table")
        with Pane(id="about"):
            yield Static(id="detail")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#stages").focus()
        self.load()

    def relabel(self) -> None:
        super().relabel()
        self.load()

    def on_resize(self, event: Resize) -> None:
        # The panes get their sizes from this one, so they are drawn when those are known.
        self.call_after_refresh(self.redraw)

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def load(self) -> None:
        """Read the logs of all labs; the first stage with a number is chosen."""
        first = self.comparison is None
        self.comparison = await self.backend.comparison(language_of(self))
        if first:
            measured = [any(cell.measured for cell in stage.cells.values()) for stage in self.comparison.stages]
            self.chosen = measured.index(True) if True in measured else 0
        self.redraw()

    def redraw(self) -> None:
        """Table and detail in the language and width of now."""
        if self.comparison is None:
            return
        language = language_of(self)
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {tr(self, 'compare.title')}", ""))
        missing = len(self.comparison.missing)
        status.right = ((tr(self, "compare.missing" if missing else "compare.complete", count=missing), "$muted"),)
        key = "bars" if self.plotted else "stages"
        self.query_one("#stages").border_title = tour(self, key) if recorded(self) else tr(self, f"compare.{key}")
        drawing, stages = self.query_one(StageTable), self.comparison.stages
        if not stages:
            drawing.update(Content(say("compare.none", language)))
            return
        space = self.query_one("#stages").size.width - 2
        if self.plotted:
            drawing.update(content_of(plots(self.comparison, language, space, self.chosen)))
        else:
            drawing.show(self.comparison, language, space, self.chosen)
        stage = stages[self.chosen]
        self.query_one("#about").border_title = f"{say('compare.stage', language, stage=stage.stage)}  {stage.title}"
        self.query_one("#detail", Static).update(self._detail(stage))
        self.refresh_bindings()

    def _detail(self, stage: Stage) -> Content:
        """Blast radius first, then where each number is from, or what measures it."""
        language, parts = language_of(self), []
        blast = stage.cells.get("blast-radius")
        if blast is not None and blast.matrix is not None:
            head = Content.styled(say("compare.matrix", language, stage=stage.stage), "$accent")
            space = self.query_one("#about").size.width - 2
            parts.append(Content("\n").join([head, content_of(reach_rows(blast.matrix, language, space))]))
        lines = [
            Content.assemble(
                (f"{row_title(row, language)}  ", "bold"),
                (origin(cell, language) or gap_text(cell, language), "" if cell.measured else "$muted"),
            )
            for row, cell in stage.cells.items()
        ]
        return Content("\n\n").join([*parts, Content("\n").join(lines), Content.styled(self._note(), "$muted")])

    def _note(self) -> str:
        """How numbers are to be read, and what an arrow means."""
        assert self.comparison is not None
        gap = ("compare.gap.note",) if self.comparison.missing else ()
        keys = (*gap, "compare.recorded.note" if recorded(self) else "compare.note")
        return ("" if language_of(self) == "zh" else " ").join(say(key, language_of(self)) for key in keys)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "choose":
            return True if self.comparison is not None and len(self.comparison.stages) > 1 else None
        return super().check_action(action, parameters)

    def action_choose(self, by: int) -> None:
        if self.comparison is not None:
            self.chosen = (self.chosen + by) % len(self.comparison.stages)
            self.redraw()

    @on(StageTable.Chosen)
    def clicked(self, message: StageTable.Chosen) -> None:
        if not self.plotted:
            self.chosen = message.stage
            self.redraw()

    def action_plots(self) -> None:
        self.plotted = not self.plotted
        self.query_one("#stages").scroll_home(animate=False)
        self.redraw()

    def action_published(self) -> None:
        lines = published_lines(language_of(self), READ_WIDTH)
        title = say("compare.published", language_of(self))
        self.app.push_screen(ReadModal(title, content=Content("\n".join(lines))))

    def action_close(self) -> None:
        self.dismiss(None)
