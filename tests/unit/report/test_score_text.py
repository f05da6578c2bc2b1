"""How good a prediction was, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from meshlab.report.score_text import score_text
from meshlab.run.api import ExperimentText

CHOICE = ExperimentText(id="e", title="E", question="?", kind="choice", choices={"all": "All fail", "none": "None fails"})
MATRIX = ExperimentText(id="e", title="E", question="?", kind="matrix")
NONE = ExperimentText(id="e", title="E", question="", kind="none")
RIGHT: dict[str, Any] = {"predicted": {"choice": "all"}, "right": "all", "score": 1.0}
WRONG: dict[str, Any] = {"predicted": {"choice": "none"}, "right": "all", "score": 0.0}


@pytest.mark.parametrize(
    ("asked", "result", "en", "zh"),
    [
        (CHOICE, RIGHT, "Your prediction was correct: “All fail”.", "预测正确：“All fail”。"),
        (CHOICE, WRONG, "but the result was “All fail”.", "实际结果却是“All fail”。"),
        (CHOICE, {**RIGHT, "score": None}, "There is no score", "没有得分"),
        (MATRIX, {"predicted": {"cells": []}, "score": 0.756}, "76 % of the cells", "76 % 的格子"),
        (MATRIX, {"score": None}, "There is no score", "没有得分"),
        (NONE, {"score": None}, "is done", "已完成"),
    ],
)
def test_the_sentence(asked: ExperimentText, result: dict[str, Any], en: str, zh: str) -> None:
    assert en in score_text(result, asked, "en")
    assert zh in score_text(result, asked, "zh")
