"""Verdicts as lines for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from meshlab.check.verdict import Outcome, Verdict
from meshlab.errors import said
from meshlab.report.glyphs import GLYPHS
from meshlab.words import known, say, tell

Title = Callable[[str], str]
"""Check id to its title in the reader's language."""


def reason_sentence(verdict: Verdict, language: str = "en") -> str:
    """The reason in the reader's language, the bare id where a lab has made its own."""
    if not verdict.reason:
        return ""
    key = f"reasons.{verdict.reason}"
    return say(key, language, **_facts(verdict, language)) if known(key) else verdict.reason


def help_sentence(verdict: Verdict, own: str, language: str = "en") -> str:
    """What to look at next: in the lab's own words where it has some, else in ours, "" where nobody has any."""
    key = f"reasons.{verdict.reason}.help"
    return own or (say(key, language, **_facts(verdict, language)) if known(key) else "")


def _facts(verdict: Verdict, language: str) -> dict[str, str]:
    """What the reason's sentence is filled with."""
    if verdict.error is None:
        return verdict.parameters
    parts = (tell(verdict.error, language), said(verdict.error, "detail", language), said(verdict.error, "hint", language))
    return {**verdict.parameters, "message": " ".join(part for part in parts if part)}


def verdict_lines(verdict: Verdict, title: str, language: str = "en") -> list[str]:
    """The verdict's own line, and below it why it is not green."""
    lines = [f"{GLYPHS[verdict.outcome]} {title}  [{verdict.check}]"]
    if verdict.green:
        return lines
    if verdict.outcome is Outcome.BLOCKED:
        return [*lines, "    " + say("report.blocked", language, checks=", ".join(verdict.blocked_by))]
    details = {
        "report.reason": reason_sentence(verdict, language),
        "report.expected": verdict.expected,
        "report.seen": verdict.seen,
        "report.waits": verdict.waits_for,
    }
    return lines + ["    " + say(key, language, value=value) for key, value in details.items() if value]


def summary(verdicts: Iterable[Verdict], language: str = "en") -> str:
    """One closing line: how many of each, the green ones first."""
    found = list(verdicts)
    counts = {outcome: sum(one.outcome is outcome for one in found) for outcome in Outcome}
    parts = [f"{count} {say(f'report.count.{outcome}', language)}" for outcome, count in counts.items() if count]
    return ", ".join(parts) or say("report.nothing", language)


def report(verdicts: Iterable[Verdict], title: Title, language: str = "en") -> str:
    """All verdicts and the closing line."""
    found = list(verdicts)
    lines = [line for verdict in found for line in verdict_lines(verdict, title(verdict.check), language)]
    return "\n".join([*lines, "", summary(found, language)])
