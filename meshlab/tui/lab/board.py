"""What the lab screen shows of the checks, kept apart from widgets: verdicts from two sources become one list of rows."""

from __future__ import annotations

from dataclasses import dataclass

from meshlab.check.verdict import Outcome, Verdict
from meshlab.report.text import reason_sentence
from meshlab.run.api import LabRun, Language, Snapshot, StepState

RED = (Outcome.FAIL, Outcome.UNRECOVERABLE, Outcome.ERROR)


@dataclass(frozen=True)
class CheckRow:
    """One line of the checks pane. `state` is a verdict's outcome, `unknown`, or `checking`."""

    id: str
    title: str
    state: str
    role: str = "goal"
    kind: str = ""
    reason: str = ""
    expected: str = ""
    seen: str = ""
    waits_for: str = ""
    blocked_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExperimentRow:
    """An experiment of the step."""

    id: str
    title: str
    finished: bool


class Board:
    """The newest verdict of each check. The watcher and a `check` both feed it; an older verdict never wins."""

    def __init__(self, run: LabRun) -> None:
        self.run = run
        self.snapshot: Snapshot = run.snapshot()
        self.verdicts: dict[str, Verdict] = dict(self.snapshot.verdicts)
        self.checking: set[str] = set()

    def refresh(self) -> None:
        """Read the run again after it changed (next, reset, solve)."""
        self.snapshot = self.run.snapshot()
        self.verdicts = dict(self.snapshot.verdicts)
        self.checking.clear()

    def accept(self, verdict: Verdict) -> bool:
        """Take in a verdict; whether anything that is shown has changed."""
        was_checking = verdict.check in self.checking
        self.checking.discard(verdict.check)
        known = self.verdicts.get(verdict.check)
        if known is not None and known.time > verdict.time:
            return was_checking
        self.verdicts[verdict.check] = verdict
        return was_checking or known is None or _shown(known) != _shown(verdict)

    def start_checking(self, checks: list[str]) -> None:
        """Mark checks as being looked at."""
        self.checking.update(checks)

    def look_again(self) -> bool:
        """Read what the log says now, keeping newer verdicts; whether the learner has moved, here or in the shell."""
        before, self.snapshot = self.snapshot.current, self.run.snapshot()
        return self.snapshot.current != before

    def checks(self, step: str = "") -> list[str]:
        """The checks that a learner works on: those inside experiments are not among them."""
        state = self.step(step)
        specs = self.run.lab.all_checks()
        return [check for check in (state.checks if state else ()) if check not in specs or specs[check].role != "phase"]

    def step(self, step: str = "") -> StepState | None:
        """A step by id, the current one by default."""
        wanted = step or self.snapshot.current
        return next((step_state for step_state in self.snapshot.steps if step_state.id == wanted), None)

    def index(self, step: str) -> int:
        """The position of a step on the way, 0-based; 0 for one that is not there."""
        return next((index for index, step_state in enumerate(self.snapshot.steps) if step_state.id == step), 0)

    def counts(self, step: str = "") -> tuple[int, int]:
        """(green, all) checks of a step."""
        checks = self.checks(step)
        green = sum(1 for check in checks if check in self.verdicts and self.verdicts[check].green)
        return green, len(checks)

    def done(self, step: str = "") -> bool:
        """Whether the step may be left."""
        state = self.step(step)
        green, total = self.counts(step)
        return bool(state and (state.done or state.solved or (total > 0 and green == total)))

    def rows(self, step: str, language: Language) -> list[CheckRow]:
        """The checks of a step in the order of the lab."""
        return [self._row(check, language) for check in self.checks(step)]

    def experiments(self, step: str, language: Language) -> list[ExperimentRow]:
        """The experiments of a step."""
        state = self.step(step)
        return [
            ExperimentRow(
                experiment, self.run.experiment_text(experiment, language).title, experiment in self.snapshot.experiments
            )
            for experiment in (state.experiments if state else ())
        ]

    def _row(self, check: str, language: Language) -> CheckRow:
        title = self.run.check_text(check, language).title
        spec = self.run.lab.all_checks().get(check)
        kind, role = (spec.kind, spec.role) if spec else ("", "goal")
        verdict = self.verdicts.get(check)
        if verdict is None:
            return CheckRow(check, title, "checking" if check in self.checking else "unknown", role, kind)
        return CheckRow(
            check,
            title,
            "checking" if check in self.checking else verdict.outcome.value,
            role,
            kind,
            reason_sentence(verdict, language),
            verdict.expected,
            verdict.seen,
            verdict.waits_for,
            tuple(self.run.check_text(check, language).title for check in verdict.blocked_by),
        )


def _shown(verdict: Verdict) -> tuple[object, ...]:
    return (verdict.outcome, verdict.reason, verdict.expected, verdict.seen, verdict.waits_for, verdict.blocked_by)
