"""The first start: at most three questions, one at a time, each with what this machine has to say about it."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from meshlab.report.matrix_text import pad, width
from meshlab.report.wrap import wrap
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.keys import bind
from meshlab.tui.machine.questions import Choice, FirstStart, Surroundings, choices, suggested
from meshlab.tui.translation import language_of, tr
from meshlab.tui.widgets.key_footer import KeyFooter
from meshlab.tui.widgets.status import StatusRow

STEP = 18
"""Columns from one question to the next on the little road above them."""


class FirstStartScreen(MeshScreen[Surroundings]):
    """Ends with what was found on this machine; each answer is kept as it is given."""

    CSS_PATH = "first_start.tcss"
    HELP_TOPIC = "help.first"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("enter", "choose", "first.choose", priority=True),
        bind("escape", "back", "first.back"),
        bind("j", "move(1)", "list.down", show=False),
        bind("k", "move(-1)", "list.up", show=False),
    ]

    def __init__(self, first: FirstStart) -> None:
        super().__init__()
        self.first = first
        self.questions = first.questions
        self.answers: dict[str, str] = {}
        self.asked: list[str] = []
        """The questions that were put so far, the present one last."""
        self.options: list[Choice] = []
        self.around: Surroundings | None = None
        self._answer: asyncio.Future[str] | None = None

    def compose(self) -> ComposeResult:
        yield StatusRow(id="status")
        with Vertical(id="ask"):
            yield Static(id="way")
            with Vertical(classes="pane", id="question"):
                yield Static(id="about")
                yield OptionList(id="answers")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one("#answers").focus()
        self.ask()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def relabel(self) -> None:
        super().relabel()
        self.draw()

    # --- asking --- #

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def ask(self) -> None:
        """One question after the other; back goes to the one before."""
        number = 0
        while number < len(self.questions):
            question = self.questions[number]
            answer = await self._ask(question)
            if answer is None:
                number -= 1 + (self.questions[number - 1] not in self.asked)
                continue
            self._keep(question, answer)
            number += 1
        self.dismiss(await self._look())

    async def _ask(self, question: str) -> str | None:
        """The answer, without asking where there is only one; None is back."""
        around = Surroundings() if question == "language" else await self._look()
        self.options = choices(question, around, self.answers)
        if len(self.options) == 1:
            return self.options[0].value
        self.asked.append(question)
        self._offer(self.answers.get(question) or suggested(question, around, language_of(self)))
        self._answer = asyncio.get_running_loop().create_future()
        answer = await self._answer
        self._answer = None
        if not answer:
            self.asked = self.asked[:-2]
            return None
        return answer

    async def _look(self) -> Surroundings:
        if self.around is None:
            self.draw()
            self.around = await self.first.look(language_of(self))
        return self.around

    def _keep(self, question: str, answer: str) -> None:
        self.answers[question] = answer
        why = self.first.answer(question, answer)
        if why:
            self.notify(why, severity="warning", markup=False)
        if question == "language":
            self.app.language = answer  # type: ignore[attr-defined]

    # --- drawing --- #

    def _offer(self, chosen: str) -> None:
        self.draw()
        values = [choice.value for choice in self.options]
        self.query_one(OptionList).highlighted = values.index(chosen) if chosen in values else 0

    def draw(self) -> None:
        """The little road, the question, and its answers."""
        status = self.query_one(StatusRow)
        status.left = (("meshlab", "bold $accent"), (f"  {tr(self, 'home.motto')}", ""))
        waiting = self._answer is None and bool(self.answers) and self.around is None
        now = "" if waiting else self.asked[-1] if self.asked else ""
        status.right = ((tr(self, "home.looking"), "$muted"),) if waiting else ((tr(self, "first.welcome"), "$muted"),)
        self.query_one("#way", Static).update(self._way(now))
        box = self.query_one("#question")
        space = max(20, box.scrollable_content_region.width - 2)
        box.border_title = tr(self, f"first.{now}") if now else ""
        self.query_one("#about", Static).update("\n".join(wrap(self._about(now), space)))
        listing = self.query_one(OptionList)
        kept = listing.highlighted
        listing.set_options([Option(self._choice(choice, space), id=choice.value) for choice in self.options] if now else [])
        listing.highlighted = kept

    def _about(self, question: str) -> str:
        if not question:
            return tr(self, "first.looking")
        around = self.around or Surroundings()
        scarce = "-scarce" if question == "memory" and around.scarce else ""
        return tr(self, f"first.{question}-about{scarce}", gib=around.memory_gib)

    def _choice(self, choice: Choice, space: int) -> Content:
        note = "\n".join(wrap(tr(self, choice.note, **choice.parameters), space - 2))
        return Content.assemble((tr(self, choice.title, **choice.parameters), "bold"), "\n", (note, "$muted"), "\n")

    def _way(self, now: str) -> Content:
        """`✔━━━━━◉─────○` with the names of the questions below."""
        nodes, names = [], []
        for index, question in enumerate(self.questions):
            done, last = question in self.answers and question != now, index == len(self.questions) - 1
            glyph, style = ("✔", "$success") if done else ("◉", "$accent") if question == now else ("○", "$muted")
            nodes.append(Content.styled(glyph, style))
            if not last:
                nodes.append(Content.styled(("━" if done else "─") * (STEP - 1), "$success" if done else "$muted"))
            name = tr(self, f"first.{question}-name")
            names.append(name if last else pad(name, STEP))
        lead = " " * max(0, (width(names[0].strip()) - 1) // 2) if names else ""
        return Content("\n").join([Content(lead) + Content("").join(nodes), Content.styled("".join(names), "$muted")])

    # --- keys --- #

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self.asked) > 1 if action == "back" else True

    def action_move(self, by: int) -> None:
        listing = self.query_one(OptionList)
        listing.action_cursor_down() if by > 0 else listing.action_cursor_up()

    def action_choose(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self.options):
            self._give(self.options[index].value)

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        self._give(event.option.id or "")

    def action_back(self) -> None:
        self._give("")

    def _give(self, answer: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)
            self.call_after_refresh(self.refresh_bindings)
