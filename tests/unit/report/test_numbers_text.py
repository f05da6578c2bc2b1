"""What was measured is said in the reader's language, with unit and interval."""

from __future__ import annotations

from meshlab.check.verdict import Evidence, Number, Outcome, Verdict
from meshlab.report.numbers_text import measured_text, numbers_text
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


def verdict(kind: str, seen: str = "", *evidence: Evidence, **numbers: Number) -> Verdict:
    after = Number(0.403, "s")
    return Verdict(
        check="x", step="y", kind=kind, role="phase", outcome=Outcome.PASS, seen=seen, evidence=evidence,
        numbers={**numbers, "after": after},
    )  # fmt: skip


def test_a_count_says_what_each_pod_received() -> None:
    sticks = verdict("count", "100%", Evidence("received by pod", {"v1": 0, "v2": 40}))
    assert measured_text(sticks) == "100%, by pod 40/0"
    assert measured_text(sticks, "zh") == "100%，各 Pod 收到 40/0"


def test_a_path_says_how_long_its_calls_took() -> None:
    replies = [{"ms": 1615.9, "status": 502}, {"ms": 1615.2, "status": 502}, {"ms": None}]
    assert measured_text(verdict("path", "4 × -", Evidence("replies", replies))) == "calls: 2, 1615–1616 ms"
    assert measured_text(verdict("path", "4 × -", Evidence("replies", replies[:1]))) == "calls: 1, 1616 ms"


def test_other_kinds_say_their_numbers_or_what_they_saw() -> None:
    assert measured_text(verdict("success", "9/23", failed=Number(9), outage=Number(2.5, "s"))) == "failed 9 · outage 2.5 s"
    assert measured_text(verdict("object", "2 objects")) == "2 objects"
