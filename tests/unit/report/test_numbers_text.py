"""What was measured is said in the reader's language, with unit and interval."""

from __future__ import annotations

from meshlab.check.verdict import Number, Outcome, Verdict
from meshlab.report.numbers_text import numbers_text
from meshlab.run.experiments.scoring import timed


def test_numbers_have_names_units_and_intervals() -> None:
    numbers = {"writes": Number(3), "after": Number(74.213, "s"), "added-p50": Number(1.25, "ms", 1.1, 1.4)}
    assert numbers_text(numbers) == "writes 3 · after 74.2 s · added (median) 1.25 ms (1.1–1.4)"
    assert numbers_text(numbers, "zh") == "写入 3 · 用时 74.2 s · 增加（中位数） 1.25 ms (1.1–1.4)"


def test_large_numbers_stay_plain_and_unknown_ones_keep_their_name() -> None:
    assert numbers_text({"requests": Number(12345), "else": Number(0.5)}) == "requests 12345 · else 0.5"
    assert numbers_text({}) == ""


def test_only_a_green_verdict_is_timed() -> None:
    green = Verdict(check="x", step="y", kind="path", role="phase", outcome=Outcome.PASS, time=12.5)
    assert timed(green, 10.0).numbers == {"after": Number(2.5, "s")}
    red = Verdict(check="x", step="y", kind="path", role="phase", outcome=Outcome.FAIL, time=12.5)
    assert timed(red, 10.0) == red
