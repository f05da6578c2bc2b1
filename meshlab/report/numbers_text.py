"""What a check measured, as words for one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshlab.check.verdict import Number, Verdict
from meshlab.words import known, say


def numbers_text(numbers: Mapping[str, Number], language: str = "en") -> str:
    """`writes 3 · seconds until then 74.2 s`; "" when nothing was measured."""
    return " · ".join(f"{_name(name, language)} {_value(number)}" for name, number in numbers.items())


def measured_text(verdict: Verdict, language: str = "en") -> str:
    """What the check came to in one line, without how long that took; "" where it kept nothing.

    `50%, by pod 20/20` of a count, `2 calls, 1615–1616 ms` of a path, else its numbers, else what it saw.
    """
    match verdict.kind:
        case "count" if counts := _evidence(verdict, "received by pod"):
            by_pod = "/".join(str(count) for count in sorted(counts.values(), reverse=True))
            return say("report.measured.count", language, seen=verdict.seen, counts=by_pod)
        case "path" if times := [reply["ms"] for reply in _evidence(verdict, "replies") or () if reply.get("ms") is not None]:
            low, high = f"{min(times):.0f}", f"{max(times):.0f}"
            span = low if low == high else f"{low}–{high}"
            return say("report.measured.path", language, calls=len(times), span=span)
    numbers = {name: number for name, number in verdict.numbers.items() if name != "after"}
    return numbers_text(numbers, language) or verdict.seen


def _evidence(verdict: Verdict, title: str) -> Any:
    return next((note.data for note in verdict.evidence if note.title == title), None)


def _name(name: str, language: str) -> str:
    key = f"report.number.{name}"
    return say(key, language) if known(key) else name


def _value(number: Number) -> str:
    text = f"{number.value:.3g}" if abs(number.value) < 1000 else f"{number.value:.0f}"
    between = f" ({number.low:.3g}–{number.high:.3g})" if number.low is not None and number.high is not None else ""
    return f"{text} {number.unit}".rstrip() + between
