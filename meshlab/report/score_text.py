"""How good a prediction was, as a sentence: the same by command and in the interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshlab.run.api import ExperimentText
from meshlab.words import say


def score_text(result: Mapping[str, Any], asked: ExperimentText, language: str = "en") -> str:
    """Of a finished experiment. result: as its last event has it."""
    score = result.get("score")
    if asked.kind == "none":
        return say("report.score.done", language)
    if score is None:
        return say("report.score.none", language)
    if asked.kind == "matrix":
        return say("report.score.matrix", language, percent=round(100 * score))
    predicted, right = (str(one) for one in ((result.get("predicted") or {}).get("choice", ""), result.get("right", "")))
    words = {"predicted": asked.choices.get(predicted, predicted), "right": asked.choices.get(right, right)}
    return say(f"report.score.{'right' if score == 1 else 'wrong'}", language, **words)
