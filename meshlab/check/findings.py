"""Short ways to say what was found."""

from __future__ import annotations

from typing import Any

import msgspec

from meshlab.check.verdict import Evidence, Finding, Number, Outcome, Reach

SHOWN = 8
"""How many of many like things evidence shows."""


class Stop(Exception):
    """Raised inside a look when there is nothing more to look at; carries the finding that the check comes to."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.reason)
        self.finding = finding


def evidence(title: str, data: Any) -> Evidence:
    """Something seen, as JSON can hold it."""
    return Evidence(title, msgspec.to_builtins(data))


def measured(finding: Finding, numbers: dict[str, Number], reach: Reach | None = None) -> Finding:
    """The same with what was measured."""
    return msgspec.structs.replace(finding, numbers={**finding.numbers, **numbers}, reach=reach or finding.reach)


def passed(seen: str = "", *notes: Evidence) -> Finding:
    """The condition holds."""
    return Finding(Outcome.PASS, seen=seen, evidence=notes)


def failed(reason: str, *notes: Evidence, expected: str = "", seen: str = "", **parameters: object) -> Finding:
    """The condition does not hold, and the environment works. `expected` and `seen` are facts without words."""
    return _finding(Outcome.FAIL, reason, notes, expected, seen, parameters)


def unrecoverable(reason: str, *notes: Evidence, expected: str = "", seen: str = "", **parameters: object) -> Finding:
    """The condition does not hold and cannot hold again before a reset."""
    return _finding(Outcome.UNRECOVERABLE, reason, notes, expected, seen, parameters)


def unknown(reason: str, *notes: Evidence, expected: str = "", seen: str = "", **parameters: object) -> Finding:
    """The environment could not tell: never a grade."""
    return _finding(Outcome.ERROR, reason, notes, expected, seen, parameters)


def pending(reason: str, waits_for: str, *, late: Outcome = Outcome.FAIL, seen: str = "", **parameters: object) -> Finding:
    """Not yet; `late` is what it turns into at the deadline."""
    finding = _finding(Outcome.PENDING, reason, (), "", seen, parameters)
    return msgspec.structs.replace(finding, waits_for=waits_for, late=late)


def _finding(
    outcome: Outcome, reason: str, notes: tuple[Evidence, ...], expected: str, seen: str, parameters: dict[str, object]
) -> Finding:
    words = {name: text(value) for name, value in parameters.items()}
    # Every sentence may use what was expected and seen.
    words |= {name: value for name, value in (("expected", expected), ("seen", seen)) if value}
    return Finding(outcome, reason=reason, expected=expected, seen=seen, evidence=notes, parameters=words)


def text(value: object) -> str:
    """A fact for a sentence: numbers short, lists joined, None as a dash."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple | set):
        return ", ".join(text(item) for item in value)
    return "-" if value is None else str(value)
