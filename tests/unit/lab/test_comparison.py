"""A lab's column of the comparison: lint refuses a row whose source is not there, or does not give what the row shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from meshlab.lab.comparison import ROWS, compared, is_word, sources
from meshlab.lab.files.content import labs_folder
from meshlab.lab.lint import lint
from meshlab.lab.load import load_lab
from meshlab.lab.problem import Problem
from meshlab.lab.text import lab_text

LAB = "2-router-mesh"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    return Path(shutil.copytree(labs_folder() / LAB, tmp_path / LAB))


def edit(folder: Path, old: str, new: str, name: str = "lab.yaml") -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def found(folder: Path, *rules: str) -> list[Problem]:
    return [one for one in lint(folder) if one.rule in rules]


WRONG = [
    ("  hops: {check: two-through-router}\n", "", "comparison", "the row `hops` is missing"),
    ("hops: {check: two-through-router}", "hops: {check: nothing}", "unknown-check", "no check `nothing`"),
    ("hops: {check: two-through-router}", "hops: {check: canary-by-weight}", "comparison", "comes from `path`"),
    ("hops: {check: two-through-router}", "hops: {check: reviews-has-it}", "comparison", "only runs in an experiment"),
    ("writes: {experiment: one-timeout", "writes: {experiment: nothing", "unknown-experiment", "no experiment `nothing`"),
    ("phase: changed, check: one-write", "phase: nothing, check: one-write", "unknown-phase", "no phase `nothing`"),
    ("phase: changed, check: one-write", "phase: repaired, check: one-write", "comparison",
     "not a check of the phase `repaired`"),
    ("seconds: {experiment: one-timeout, phase: changed, check: legacy-has-it}", "seconds: {check: every-caller}", "comparison",
     "name an `experiment`"),
    ("latency-p50: {experiment: what-it-costs, phase: measured, check: added-latency}",
     "latency-p50: {experiment: hot-pair, phase: one-router, check: innocent-slows}", "comparison", "with and without a load"),
    ("  outage: {experiment: only", "  outages: {experiment: only", "unknown-key", "outage"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule", "message"), WRONG, ids=[one[3] for one in WRONG])
def test_a_wrong_source_is_refused_at_its_place(lab: Path, old: str, new: str, rule: str, message: str) -> None:
    edit(lab, old, new)
    problems = found(lab, rule)
    assert [message in one.message for one in problems] == [True]
    assert problems[0].key.startswith("comparison")
    assert problems[0].line is not None


def test_words_take_the_place_of_a_number_and_need_a_text_in_each_language(lab: Path) -> None:
    edit(lab, "hops: {check: two-through-router}", "hops: {check: two-through-router, word: true}")
    assert {one.message for one in found(lab, "words")} == {"there are no words for `hops`"}
    for language, word in (("en", "one"), ("zh", "一个")):
        edit(lab, "comparison:\n", f"comparison:\n  hops: {word}\n", f"text/{language}/lab.yaml")
    assert found(lab, "words", "comparison", "languages-differ") == []


def test_words_for_a_row_with_a_number_are_refused(lab: Path) -> None:
    for language, word in (("en", "little"), ("zh", "很少")):
        edit(lab, "comparison:\n", f"comparison:\n  cpu: {word}\n", f"text/{language}/lab.yaml")
    assert {one.message for one in found(lab, "words")} == {"there are words for `cpu`, which the lab does not have"}


@pytest.mark.parametrize("lab_id", sorted(path.name for path in labs_folder().iterdir() if (path / "lab.yaml").exists()))
def test_every_lab_of_the_road_fills_every_row(lab_id: str) -> None:
    loaded = load_lab(labs_folder() / lab_id)
    given = {row.id: one for row, one in sources(loaded.lab)}
    assert set(given) == {row.id for row in ROWS}
    for language in ("en", "zh"):
        words = lab_text(loaded, language).comparison
        assert set(words) == {row.id for row, one in sources(loaded.lab) if is_word(row, one)}
        assert all(words.values())


def test_only_numbers_of_checks_that_stand_alone_make_a_green_verdict_news() -> None:
    assert compared(load_lab(labs_folder() / LAB).lab) == {"two-through-router"}
