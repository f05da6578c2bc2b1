"""The part of `LabRun` that needs no cluster."""

from __future__ import annotations

from typing import Any

from meshlab.lab.model import Lab
from meshlab.run import snapshot
from meshlab.run.api import CheckText, Debrief, ExperimentText, Explanation, HintText, Language, Page, Snapshot
from meshlab.run.guide import answers, hints, pages
from meshlab.run.run import Run


class RunGuide:
    """Implements api.Guide on a Run, from its texts and its log."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @property
    def lab_id(self) -> str:
        return self.run.lab_id

    @property
    def lab(self) -> Lab:
        return self.run.lab

    def snapshot(self) -> Snapshot:
        return snapshot.take(self.run)

    def page(self, step: str = "", language: Language = "en") -> Page:
        return pages.page(self.run, step, language)

    def check_text(self, check: str, language: Language = "en") -> CheckText:
        return pages.check_text(self.run, check, language)

    def experiment_text(self, experiment: str, language: Language = "en") -> ExperimentText:
        return pages.experiment_text(self.run, experiment, language)

    def explain(self, check: str, language: Language = "en") -> Explanation:
        return pages.explain(self.run, check, language)

    def debrief(self, step: str, language: Language = "en") -> Debrief:
        return pages.debrief(self.run, step, language)

    def hint(self, check: str = "", language: Language = "en") -> HintText | None:
        return hints.show(self.run, check, language)

    def answer(self, check: str, text: str) -> None:
        answers.answer(self.run, check, text)

    def predict(self, experiment: str, prediction: dict[str, Any]) -> None:
        answers.predict(self.run, experiment, prediction)

    async def next(self) -> Snapshot:
        from meshlab.run.guide import next_step

        await next_step.advance(self.run)
        return self.snapshot()
