"""Answers and predictions are checked and recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.errors import UsageError
from meshlab.run.guide import answers
from meshlab.run.snapshot import take
from tests.unit.run.small_run import small_run


def test_answers_are_checked_and_recorded(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    answers.answer(run, "why", " one ")
    assert take(run).answers == {"why": "one"}
    for check, text, sentence in (
        ("why", "three", "not one of the choices"),
        ("why", "", "1 to 500"),
        ("colour", "x", "does not ask a question"),
    ):
        with pytest.raises(UsageError, match=sentence):
            answers.answer(run, check, text)


def test_predictions_must_fit_the_matrix(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    answers.predict(run, "break-it", {"cells": [["*", "web"], ["probe@worker", "catalog"]]})
    wanted = [["web", "web"], ["probe", "web"], ["probe@worker", "catalog"]]
    assert run.state().predictions["break-it"] == {"cells": wanted}
    for wrong in ({"cells": [["web", "nobody"]]}, {"cells": ["web"]}, {"choice": "one"}):
        with pytest.raises(UsageError):
            answers.predict(run, "break-it", wrong)
    with pytest.raises(UsageError, match="no experiment"):
        answers.predict(run, "nothing", {})
