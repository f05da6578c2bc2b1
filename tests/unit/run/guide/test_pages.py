from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.check.verdict import Evidence, Outcome, Verdict
from meshlab.errors import UsageError
from meshlab.report.text import reason_sentence
from meshlab.run.api import ObjectPair
from meshlab.run.checks import judge
from meshlab.run.guide import answers, pages
from meshlab.run.run import Run
from meshlab.run.store import events
from meshlab.words import Words, tell
from tests.unit.run.small_run import config_map, shop, small_run, started


def red(run: Run, check: str, reason: str, **more: object) -> None:
    step = run.lab.step_of(check).id
    verdict = Verdict(check=check, step=step, kind="object", role="goal", outcome=Outcome.FAIL, reason=reason, time=5.0)
    judge.keep(run, verdict if not more else Verdict(**{**{f: getattr(verdict, f) for f in verdict.__struct_fields__}, **more}))


def test_a_page_has_the_seats_values_and_leaves_what_is_not_known_yet(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    page = pages.page(run, "", "en")
    assert (page.step, page.title, page.number, page.of) == ("first", "The first step", 1, 2)
    assert page.markdown == f"Open ${{edge_url}} and paint {run.values['share']}."
    run.remember({"edge_url": "http://127.0.0.1:31000"})
    assert pages.page(run, "first", "zh").markdown.startswith("Open http://127.0.0.1:31000")
    with pytest.raises(UsageError, match="no step 'third'"):
        pages.page(run, "third", "en")


def test_an_explanation_has_the_reason_in_words_and_the_labs_own_help(tmp_path: Path) -> None:
    run = small_run(tmp_path, seed=3)
    assert pages.explain(run, "colour", "en").verdict is None
    red(run, "colour", "object.mismatch", parameters={"object": "ConfigMap shop/paint"})
    found = pages.explain(run, "colour", "en")
    assert found.text.title == "The paint is red"
    assert found.verdict is not None
    assert "ConfigMap shop/paint" in reason_sentence(found.verdict, "en")
    assert found.help == "Paint it, seat 3."
    assert reason_sentence(found.verdict, "zh") != reason_sentence(found.verdict, "en")


def test_large_evidence_is_kept_beside_the_log_and_found_again(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    evidence = (Evidence("matrix", {"cells": ["x" * 50] * 200}),)
    red(run, "colour", "object.mismatch", evidence=evidence)
    assert run.state().verdicts["colour"].evidence == ()
    found = pages.explain(run, "colour", "en").verdict
    assert found is not None
    assert found.evidence == evidence
    assert run.log.file.stat().st_size < 2000


def test_an_experiment_is_explained_only_after_it_was_run(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    text = pages.experiment_text(run, "break-it", "en")
    assert (text.kind, text.rows, text.columns) == ("matrix", ("web", "probe"), ("catalog", "web"))
    assert text.explanation == ""
    run.append(events.ExperimentFinished(experiment="break-it", result={"score": 1.0}))
    assert pages.experiment_text(run, "break-it", "en").explanation == "It was scaled to 0."


async def test_the_debrief_shows_the_reference_beside_the_learners_own(tmp_path: Path) -> None:
    run = await started(small_run(tmp_path, shop(config_map("paint", colour="red", mine="too"), config_map("keep"))))
    with pytest.raises(UsageError, match="once every check"):
        pages.debrief(run, "first", "en")
    answers.answer(run, "why", "one")
    verdicts = await judge.check(run)
    assert [verdict.outcome for verdict in verdicts.values()] == [Outcome.PASS] * 3
    told = pages.debrief(run, "first", "en")
    assert told.text == "Well painted."
    (pair,) = [one for one in told.objects if one.name == "ConfigMap shop/paint"]
    assert "colour: red" in pair.reference
    assert "mine" not in pair.reference
    assert "mine: too" in pair.own
    assert "resourceVersion" not in pair.own
    assert tell(pair.note) == "Your object has everything that the reference has."


async def test_the_debrief_says_where_another_way_differs(tmp_path: Path) -> None:
    run = await started(small_run(tmp_path, shop(config_map("paint", colour="red"), config_map("keep"))))
    folder = tmp_path / "pack/9-small/solve/01-first"
    paint = (folder / "10-paint.yaml").read_text()
    (folder / "10-paint.yaml").write_text(paint.replace("red}", "red, coats: two}") + "---\n" + paint.replace("paint", "brush"))
    (folder / "delete.yaml").write_text("- {kind: ConfigMap, name: rust}\n")
    answers.answer(run, "why", "one")
    assert [verdict.outcome for verdict in (await judge.check(run)).values()] == [Outcome.PASS] * 3
    told = {one.name: one for one in pages.debrief(run, "first", "en").objects}
    assert "at `data.coats` the reference has `two`, your object has `null`" in tell(told["ConfigMap shop/paint"].note)
    assert "You have no object of this name" in tell(told["ConfigMap shop/brush"].note)
    assert told["ConfigMap shop/brush"].own == ""
    assert told["ConfigMap rust"] == ObjectPair(name="ConfigMap rust", note=Words("run.debrief.deleted"))
    assert "参考做法会删除这个对象。" in [tell(one.note, "zh") for one in pages.debrief(run, "first", "zh").objects]
