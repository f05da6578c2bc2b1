"""What the doctor finds on this machine, and the fix of each."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from meshlab.tui.backend import Backend, Finding
from meshlab.tui.glyphs import FINDING_GLYPHS, FINDING_MEANINGS
from meshlab.tui.keys import bind
from meshlab.tui.screens.base import MeshScreen
from meshlab.tui.speak import language_of, tr
from meshlab.tui.theme import style_of
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.sift import SiftedText
from meshlab.tui.widgets.status import StatusRow

ORDER = ("problem", "warning", "unknown", "note", "ok")


class DoctorScreen(MeshScreen[None]):
    """Problems first."""

    CSS_PATH = "doctor.tcss"
    HELP_TOPIC = "help.doctor"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("r", "again", "doctor.again"),
        bind("escape", "close", "modal.close"),
    ]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        with VerticalScroll(id="findings", classes="pane"):
            yield SiftedText(id="list")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#findings").focus()
        self.examine()

    def relabel(self) -> None:
        super().relabel()
        self.examine()

    @work(exclusive=True, group="doctor", exit_on_error=False)
    async def examine(self) -> None:
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {tr(self, 'doctor.title')}", ""))
        status.right = ((tr(self, "doctor.looking"), "$muted"),)
        self.query_one("#findings").border_title = tr(self, "doctor.findings")
        found = await self.backend.doctor(language_of(self))
        found.sort(key=lambda one: ORDER.index(one.state))
        problems = sum(one.state == "problem" for one in found)
        status.right = ((tr(self, "doctor.problems", count=problems), "$error" if problems else "$success"),)
        self.query_one(SiftedText).show([self._finding(one) for one in found])

    def _finding(self, finding: Finding) -> Content:
        style = style_of(FINDING_MEANINGS[finding.state])
        line = Content.assemble((f"{FINDING_GLYPHS[finding.state]} ", style), finding.text, (f"  {finding.id}", "$muted"))
        if not finding.fix or finding.state == "ok":
            return line
        return Content("\n").join([line, Content.assemble("  ", ("→ ", "$accent"), finding.fix)])

    def action_again(self) -> None:
        self.examine()

    def action_close(self) -> None:
        self.dismiss(None)
