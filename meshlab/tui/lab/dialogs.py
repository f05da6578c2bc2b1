"""What opens over the lab screen: a check's evidence, answers, debrief, experiments, trace, the full-screen shell."""

from __future__ import annotations

from textual import on, work

from meshlab.tui.base.full_shell import full_shell
from meshlab.tui.base.modals import AnswerModal, ChoiceModal, ReadModal
from meshlab.tui.lab.checks import CheckList
from meshlab.tui.lab.explain import explanation
from meshlab.tui.lab.work import LabWork
from meshlab.tui.speak import language_of, tr


class LabDialogs(LabWork):
    """Each of them ends with the board redrawn."""

    @on(CheckList.Opened)
    def check_opened(self, message: CheckList.Opened) -> None:
        spec = self.lab_run.lab.all_checks().get(message.check)
        if spec is not None and spec.answer is not None:
            self.ask_answer(message.check)
        else:
            self.show_evidence(message.check)

    @on(CheckList.ExperimentOpened)
    def experiment_opened(self, message: CheckList.ExperimentOpened) -> None:
        self.open_experiment(message.experiment)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def show_evidence(self, check: str) -> None:
        found = self.lab_run.explain(check, language_of(self))
        self.app.push_screen(ReadModal(found.text.title, content=explanation(self, found)))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def ask_answer(self, check: str) -> None:
        text = self.lab_run.check_text(check, language_of(self))
        given = self.board.snapshot.answers.get(check, "")
        spec = self.lab_run.lab.all_checks()[check].answer
        question = text.question or text.why
        modal: ChoiceModal | AnswerModal
        if text.choices:
            modal = ChoiceModal(text.title, question, text.choices, chosen=given)
        else:
            number = spec is not None and spec.kind == "number"
            modal = AnswerModal(text.title, question, value=given, number=number)
        answer = await self.app.push_screen_wait(modal)
        if answer is not None:
            self.lab_run.answer(check, answer)
            self.board.refresh()
            self.check_now([check])

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def show_debrief(self, step: str) -> None:
        from meshlab.tui.lab.debrief import DebriefModal

        self.app.push_screen(DebriefModal(self.lab_run.debrief(step, language_of(self))))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def choose_experiment(self) -> None:
        step = self.board.step()
        names = step.experiments if step else ()
        if len(names) == 1:
            self.open_experiment(names[0])
            return
        titles = {name: self.lab_run.experiment_text(name, language_of(self)).title for name in names}
        if chosen := await self.app.push_screen_wait(ChoiceModal(tr(self, "experiment.choose"), "", titles)):
            self.open_experiment(chosen)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def choose_step(self) -> None:
        language = language_of(self)
        steps = {step.id: self.lab_run.page(step.id, language).title for step in self.board.snapshot.steps}
        current = self.board.snapshot.current
        chosen = await self.app.push_screen_wait(ChoiceModal(tr(self, "goto.title"), "", steps, chosen=current))
        if chosen:
            self.go_to(chosen)

    def open_experiment(self, experiment: str) -> None:
        """Leave for the experiment's screen."""
        from meshlab.tui.experiment.screen import ExperimentScreen

        def finished(_: object) -> None:
            self.board.refresh()
            self.redraw_checks()
            self.check_now()

        self.app.push_screen(ExperimentScreen(self.lab_run, experiment), finished)

    def action_experiment(self) -> None:
        self.choose_experiment()

    def action_trace(self) -> None:
        from meshlab.tui.trace.screen import TraceScreen

        self.app.push_screen(TraceScreen(self.lab_run))

    def action_debrief(self) -> None:
        self.show_debrief(getattr(self, "page_step", ""))

    def text_to_copy(self) -> str:
        """Of a check all that is known: verdict, evidence."""
        listing = self.query_one(CheckList)
        kind, _, name = (listing.chosen or "").partition(":")
        if not listing.has_focus or kind != "check":
            return super().text_to_copy()
        found = self.lab_run.explain(name, language_of(self))
        return f"{found.text.title}\n\n{explanation(self, found).plain}"

    def action_copy_kubeconfig(self) -> None:
        self.take_along(self.lab_run.environment()["KUBECONFIG"])

    def action_full_shell(self) -> None:
        full_shell(self, self.lab_run)
