"""Chooses the next hint: hints for the red check and its reason come first, then the step's general hints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from meshlab.check.verdict import Outcome, Verdict
from meshlab.lab.model import Hint, Step
from meshlab.run import texts
from meshlab.run.api import HintText, Language
from meshlab.run.checks import judge
from meshlab.run.store import events

if TYPE_CHECKING:
    from meshlab.run.run import Run

RED = (Outcome.FAIL, Outcome.UNRECOVERABLE, Outcome.PENDING)


def show(run: Run, check: str, language: Language) -> HintText | None:
    """Records and returns the next hint; None when none is left. UsageError for an unknown check."""
    step = run.lab.step_of(judge.check_of(run, check).id) if check else judge.step_of(run)
    known = run.state()
    shown = {hint for about in known.hints.values() for hint in about}
    candidates = ordered(step, check or first_red(step, known.verdicts), known.verdicts)
    hint = next((hint for hint in candidates if hint.id not in shown), None)
    if hint is None:
        return None
    about = hint.check or step.id
    number = len(known.hints.get(about, ())) + 1
    run.append(events.HintShown(hint=hint.id, about=about, number=number))
    text = texts.lab(run, language).hints.get(hint.id, hint.id)
    same = [one for one in candidates if (one.check or step.id) == about]
    return HintText(id=hint.id, text=text, number=number, of=max(len(same), number), check=hint.check or "")


def first_red(step: Step, verdicts: Mapping[str, Verdict]) -> str:
    """Returns the first check that is red itself; a blocked check needs the hint of the check that blocks it."""
    return next((check.id for check in step.checks if check.id in verdicts and verdicts[check.id].outcome in RED), "")


def ordered(step: Step, check: str, verdicts: Mapping[str, Verdict]) -> list[Hint]:
    """Orders the hints: for the check and its reason, for the check with any reason, general."""
    reason = verdicts[check].reason if check in verdicts else ""
    exact = [hint for hint in step.hints if check and hint.check == check and hint.reason and hint.reason == reason]
    broad = [hint for hint in step.hints if check and hint.check == check and not hint.reason]
    general = [hint for hint in step.hints if hint.check is None]
    return [*exact, *broad, *general]
