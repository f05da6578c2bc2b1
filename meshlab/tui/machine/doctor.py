"""What the doctor finds on this machine, and the fix of each."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from meshlab.report.wrap import wrap
from meshlab.tui.backend import Backend, Diagnosis
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.glyphs import FINDING_GLYPHS, FINDING_MEANINGS
from meshlab.tui.keys import bind
from meshlab.tui.theme import style_of
from meshlab.tui.translation import language_of, tr
from meshlab.tui.widgets.filtered import FilteredList
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.status import StatusRow

ORDER = ("problem", "warning", "unknown", "note", "ok")
COMMAND = re.compile(r"`([^`]+)`")


def to_copy(fix: str) -> str:
    """The commands of a fix, one a line; all of it where it names none."""
    return "\n".join(COMMAND.findall(fix)) or fix


class FindingList(FilteredList):
    """One option a finding; of the highlighted one its fix is worth copying."""

    findings: dict[str, Diagnosis]

    def show(self, findings: list[Diagnosis], prompts: list[Content]) -> None:
        """These, each as it is drawn."""
        self.findings = {finding.id: finding for finding in findings}
        self.set_every([Option(prompt, id=finding.id) for finding, prompt in zip(findings, prompts, strict=True)])

    def copied(self) -> str:
        finding = self.findings.get(self.chosen or "") if self.options else None
        return "" if finding is None else to_copy(finding.fix) or finding.text


class DoctorScreen(MeshScreen[None]):
    """Problems first; the fix of the highlighted finding can be copied."""

    CSS_PATH = "doctor.tcss"
    HELP_TOPIC = "help.doctor"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("r", "again", "doctor.again"),
        bind("escape", "close", "modal.close"),
        bind("j", "move(1)", "list.down", show=False),
        bind("k", "move(-1)", "list.up", show=False),
    ]

    def __init__(self, backend: Backend, findings: tuple[Diagnosis, ...] = ()) -> None:
        """findings: what is known already, so that it is not looked for again."""
        super().__init__()
        self.backend = backend
        self.findings = list(findings)

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        yield Static(id="verdict")
        with Vertical(id="findings", classes="pane"):
            yield FindingList(id="list")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#list").focus()
        if self.findings:
            self.call_after_refresh(self.draw)
        else:
            self.examine()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def relabel(self) -> None:
        super().relabel()
        self.examine()

    @work(exclusive=True, group="doctor", exit_on_error=False)
    async def examine(self) -> None:
        self.query_one(StatusRow).right = ((tr(self, "doctor.looking"), "$muted"),)
        self.findings = await self.backend.doctor(language_of(self))
        self.draw()

    def draw(self) -> None:
        """Verdict, then findings; the highlight stays."""
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {tr(self, 'doctor.title')}", ""))
        pane = self.query_one("#findings")
        pane.border_title, pane.border_subtitle = tr(self, "doctor.findings"), tr(self, "doctor.keys")
        if not self.findings:
            return
        self.findings.sort(key=lambda finding: ORDER.index(finding.state))
        problems = sum(finding.state == "problem" for finding in self.findings)
        status.right = ((tr(self, "doctor.problems", count=problems), "$error" if problems else "$success"),)
        glyph, style, key = ("✘", "$error", "cannot") if problems else ("✔", "$success", "can")
        words = "\n  ".join(wrap(tr(self, f"doctor.{key}"), max(20, self.size.width - 6)))
        self.query_one("#verdict", Static).update(Content.assemble((f"{glyph} ", style), words))
        listing = self.query_one(FindingList)
        space = max(20, listing.scrollable_content_region.width - 6)
        listing.show(self.findings, [self._finding(finding, space) for finding in self.findings])

    def _finding(self, finding: Diagnosis, space: int) -> Content:
        style = style_of(FINDING_MEANINGS[finding.state])
        text = "\n  ".join(wrap(finding.text, space))
        line = Content.assemble((f"{FINDING_GLYPHS[finding.state]} ", style), text, (f"  {finding.id}", "$muted"))
        if not finding.fix or finding.state == "ok":
            return line
        fix = "\n    ".join(wrap(finding.fix, space - 2))
        return Content("\n").join([line, Content.assemble("  ", ("→ ", "$accent"), fix, "\n")])

    def action_move(self, by: int) -> None:
        listing = self.query_one(OptionList)
        listing.action_cursor_down() if by > 0 else listing.action_cursor_up()

    def action_again(self) -> None:
        self.examine()

    def action_close(self) -> None:
        self.dismiss(None)
