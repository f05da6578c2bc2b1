"""What opens over the lab screen: a check's evidence, answers, debrief, experiments, trace."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import msgspec
from textual.content import Content
from textual.dom import DOMNode
from textual.worker import Worker

from meshlab.check.verdict import Verdict
from meshlab.report.text import help_sentence, reason_sentence
from meshlab.run.api import Explanation
from meshlab.tui.base.modals import AnswerModal, ChoiceModal, ReadModal
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.glyphs import CHECK_GLYPHS, CHECK_MEANINGS
from meshlab.tui.lab.controller import LabController
from meshlab.tui.theme import style_of
from meshlab.tui.translation import language_of, tr

LONGEST = 200
"""Lines of one piece of evidence that are shown."""


class LabDialogs:
    """Opens them over `screen`; what the learner chooses in them goes to the controller."""

    def __init__(self, screen: MeshScreen[None], controller: LabController) -> None:
        self.screen, self.controller = screen, controller
        self.run, self.board = controller.run, controller.board

    def _start(self, work: Callable[[], Coroutine[None, None, None]]) -> Worker[None]:
        return self.screen.run_worker(work, group="dialog", exclusive=True, exit_on_error=False)

    def open_check(self, check: str) -> None:
        """Ask for its answer where it wants one, else show what was seen."""
        spec = self.run.lab.all_checks().get(check)
        opening = self._ask_answer if spec is not None and spec.answer is not None else self._show_evidence
        self._start(partial(opening, check))

    async def _show_evidence(self, check: str) -> None:
        title, content = self.evidence(check)
        self.screen.app.push_screen(ReadModal(title, content=content))

    def evidence(self, check: str) -> tuple[str, Content]:
        """Title and all that is known of a check."""
        known = self.run.explain(check, language_of(self.screen))
        return known.text.title, explanation(self.screen, known)

    async def _ask_answer(self, check: str) -> None:
        text = self.run.check_text(check, language_of(self.screen))
        given = self.board.snapshot.answers.get(check, "")
        spec = self.run.lab.all_checks()[check].answer
        question = text.question or text.why
        modal: ChoiceModal | AnswerModal
        if text.choices:
            modal = ChoiceModal(text.title, question, text.choices, chosen=given)
        else:
            number = spec is not None and spec.kind == "number"
            modal = AnswerModal(text.title, question, value=given, number=number)
        answer = await self.screen.app.push_screen_wait(modal)
        if answer is not None:
            self.controller.answer(check, answer)

    def show_debrief(self, step: str) -> None:
        """What the step was about."""
        self._start(partial(self._show_debrief, step))

    async def _show_debrief(self, step: str) -> None:
        from meshlab.tui.lab.debrief import DebriefModal

        self.screen.app.push_screen(DebriefModal(self.run.debrief(step, language_of(self.screen))))

    def choose_experiment(self) -> None:
        """Open the step's experiment; of several, the chosen one."""
        self._start(self._choose_experiment)

    async def _choose_experiment(self) -> None:
        step = self.board.step()
        names = step.experiments if step else ()
        if len(names) == 1:
            self.open_experiment(names[0])
            return
        titles = {name: self.run.experiment_text(name, language_of(self.screen)).title for name in names}
        question = ChoiceModal(tr(self.screen, "experiment.choose"), "", titles)
        if chosen := await self.screen.app.push_screen_wait(question):
            self.open_experiment(chosen)

    def open_experiment(self, experiment: str) -> None:
        """Leave for the experiment's screen."""
        from meshlab.tui.experiment.screen import ExperimentScreen

        def ended(_: None) -> None:
            self.controller.experiment_ended()

        self.screen.app.push_screen(ExperimentScreen(self.run, experiment), ended)

    def choose_step(self) -> None:
        """Go to another step, done or not."""
        self._start(self._choose_step)

    async def _choose_step(self) -> None:
        language = language_of(self.screen)
        steps = {step.id: self.run.page(step.id, language).title for step in self.board.snapshot.steps}
        question = ChoiceModal(tr(self.screen, "goto.title"), "", steps, chosen=self.board.snapshot.current)
        if chosen := await self.screen.app.push_screen_wait(question):
            self.controller.goto(chosen)

    def open_trace(self) -> None:
        """Follow a request."""
        from meshlab.tui.trace.screen import TraceScreen

        self.screen.app.push_screen(TraceScreen(self.run))


# --- a check explained --- #


def explanation(node: DOMNode, known: Explanation) -> Content:
    """Everything as content; what came from a cluster is shown as it is."""
    parts = [Content(known.text.why)] if known.text.why else []
    if known.verdict is None:
        return Content("\n\n").join([*parts, Content.styled(tr(node, "evidence.none"), "$muted")])
    parts.append(_verdict(node, known))
    if next_look := help_sentence(known.verdict, known.help, language_of(node)):
        parts.append(Content(next_look))
    parts += [_evidence(piece.title, piece.data) for piece in known.verdict.evidence]
    return Content("\n\n").join(parts)


def _verdict(node: DOMNode, known: Explanation) -> Content:
    verdict: Verdict | None = known.verdict
    assert verdict is not None
    state = verdict.outcome.value
    style = style_of(CHECK_MEANINGS[state])
    head = Content.assemble(
        (f"{CHECK_GLYPHS[state]} {tr(node, f'outcome.{state}')}", style), f"  {reason_sentence(verdict, language_of(node))}"
    )
    facts = {"expected": verdict.expected, "seen": verdict.seen, "waits": verdict.waits_for}
    lines = [Content.assemble((f"{tr(node, f'check.{key}')}  ", "$muted"), text) for key, text in facts.items() if text]
    if verdict.reason:
        lines.append(Content.styled(verdict.reason, "$muted"))
    return Content("\n").join([head, *lines])


def _evidence(title: str, data: Any) -> Content:
    return Content("\n").join([Content.styled(title, "bold $primary"), Content(text_of(data))])


def text_of(data: Any) -> str:
    """Text as it is, anything else as indented JSON, cut where it would never be read."""
    text = data if isinstance(data, str) else msgspec.json.format(msgspec.json.encode(data), indent=2).decode()
    lines = text.splitlines()
    return "\n".join(lines[:LONGEST] + (["…"] if len(lines) > LONGEST else []))
