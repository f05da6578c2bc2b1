"""What a check measured, as words for one line."""

from __future__ import annotations

from collections.abc import Mapping

from meshlab.check.verdict import Number
from meshlab.words import known, say


def numbers_text(numbers: Mapping[str, Number], language: str = "en") -> str:
    """`writes 3 · seconds until then 74.2 s`; "" when nothing was measured."""
    return " · ".join(f"{_name(name, language)} {_value(number)}" for name, number in numbers.items())


def _name(name: str, language: str) -> str:
    key = f"report.number.{name}"
    return say(key, language) if known(key) else name


def _value(number: Number) -> str:
    text = f"{number.value:.3g}" if abs(number.value) < 1000 else f"{number.value:.0f}"
    between = f" ({number.low:.3g}–{number.high:.3g})" if number.low is not None and number.high is not None else ""
    return f"{text} {number.unit}".rstrip() + between
