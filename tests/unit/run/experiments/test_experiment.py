"""An experiment: predicted first, broken, measured, put back whatever happens, and only then finished."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from meshlab.check.verdict import Outcome, Verdict
from meshlab.check.world import CallRequest, Calls, Position, Reply
from meshlab.errors import ClusterError, UsageError
from meshlab.lab.model import Experiment, Prediction
from meshlab.run.accounts import submission
from meshlab.run.api import ExperimentEvent
from meshlab.run.experiments import scoring
from meshlab.run.experiments.experiment import run_experiment
from meshlab.run.experiments.live_matrix import LiveMatrix
from meshlab.run.guide import answers
from meshlab.run.live import LiveWorld
from meshlab.run.run import Run
from meshlab.run.session import Session
from meshlab.run.snapshot import take
from tests.unit.objects.test_apply import deployment
from tests.unit.run.fake_controllers import workloads
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import shop, small_run

ALL = {"cells": [["web", "catalog"], ["web", "web"], ["probe", "catalog"], ["probe", "web"]]}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    kube = shop()
    kube.controllers.append(workloads)
    kube.add(deployment())
    made = small_run(tmp_path, kube, language="en")
    monkeypatch.setattr(submission, "built_in", lambda _: True)

    async def positions(_: LiveWorld, service: str) -> list[Position]:
        node = "node-1" if service == "probe" else ""
        return [Position(service=service, pod=f"{service}-1", node=node)]

    async def call(_: LiveWorld, position: Position, request: CallRequest) -> Calls:
        """Everything works while the web has a pod, nothing else."""
        good = web(kube)["spec"]["replicas"] > 0
        tree = {"headers": {"x-meshlab-nonce": request.nonce}}
        reply = Reply(nonce=request.nonce, status=200, tree=tree) if good else Reply(error="refused")
        return Calls(position, (reply,) * request.n)

    monkeypatch.setattr(LiveWorld, "positions", positions)
    monkeypatch.setattr(LiveWorld, "call", call)
    return made


def web(kube: FakeKube) -> dict[str, Any]:
    return kube.one("Deployment", "web")


def cluster(run: Run) -> FakeKube:
    kube = run.clients._kubes[run.cluster_name()]
    assert isinstance(kube, FakeKube)
    return kube


async def whole(run: Run) -> list[ExperimentEvent]:
    told: list[ExperimentEvent] = []
    result = await run_experiment(run, "break-it", told.append)
    assert told[-1].result == result
    return told


async def test_the_prediction_comes_first(run: Run) -> None:
    with pytest.raises(UsageError, match="prediction first"):
        await whole(run)
    assert run.log.read() == []


async def test_broken_measured_and_put_back(run: Run) -> None:
    answers.predict(run, "break-it", {"cells": [["web", "catalog"], ["web", "web"], ["probe", "web"]]})
    told = await whole(run)
    assert [event.kind for event in told if event.kind in ("phase", "fault", "undo", "finished")] == [
        "phase",
        "fault",
        "undo",
        "finished",
    ]
    matrix = next(event.matrix for event in told if event.kind == "matrix")
    assert matrix is not None
    assert {(cell.row, cell.column): (cell.ok, cell.predicted) for cell in matrix.cells} == {
        ("web", "catalog"): (0, True),
        ("web", "web"): (0, True),
        ("probe@node-1", "catalog"): (0, False),
        ("probe@node-1", "web"): (0, True),
    }
    assert web(cluster(run))["spec"]["replicas"] == 1
    result = take(run).experiments["break-it"]
    assert result["score"] == 0.75
    assert result["finished"]
    assert [(one["check"], one["outcome"]) for one in result["phases"][0]["verdicts"]] == [("reach", "fail")]
    assert "numbers" not in result["phases"][0]["verdicts"][0], "what did not hold measures nothing"
    assert told[-1].result == result


async def test_a_right_prediction_scores_all(run: Run) -> None:
    answers.predict(run, "break-it", ALL)
    assert (await whole(run))[-1].result["score"] == 1.0


def verdict(check: str, outcome: str) -> Verdict:
    return Verdict(check=check, step="first", kind="object", role="phase", outcome=Outcome(outcome))


@pytest.mark.parametrize(
    ("predicted", "outcomes", "score"),
    [
        ("all", ["pass", "pass"], 1.0),
        ("none", ["pass", "pass"], 0.0),
        ("all", ["pass", "fail"], None),
        ("none", ["error"], None),
        ("all", [], None),
    ],
)
def test_a_choice_is_right_or_wrong_where_the_phases_showed_it(
    run: Run, predicted: str, outcomes: list[str], score: float | None
) -> None:
    asked = Prediction(kind="choice", choices=("all", "none"), equals="all")
    about = Experiment(id="e", prediction=asked, phases=())
    seen = {"down": [verdict(f"c{number}", outcome) for number, outcome in enumerate(outcomes)]}
    assert scoring.score(run, about, {"choice": predicted}, seen) == score
    assert scoring.right_choice(about) == "all"


@pytest.mark.parametrize("how", ["closed", "cancelled", "failed"])
async def test_put_back_and_not_finished_when_it_is_cut_short(run: Run, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers.predict(run, "break-it", ALL)
    broken = asyncio.Event()

    async def no_matrix(*_: object) -> None:
        raise ClusterError("other", sentence="The API server is gone.", hint="")

    if how == "failed":
        monkeypatch.setattr(LiveMatrix, "show", no_matrix)

    async def follow() -> None:
        async with aclosing(Session(run).experiment("break-it")) as told:
            async for event in told:
                if event.kind == "fault":
                    broken.set()
                    assert how == "failed" or web(cluster(run))["spec"]["replicas"] == 0
                    if how == "closed":
                        return

    task = asyncio.create_task(follow())
    await broken.wait()
    if how == "cancelled":
        task.cancel()
    if how == "closed":
        await task
    else:
        with pytest.raises((asyncio.CancelledError, ClusterError)):
            await task
    assert web(cluster(run))["spec"]["replicas"] == 1
    assert take(run).experiments == {}
    assert run.journal.pending() == []
    assert [task for task in asyncio.all_tasks() if not task.done()] == [asyncio.current_task()]


async def test_what_an_earlier_one_left_is_undone_before(run: Run) -> None:
    from meshlab.run import faults

    answers.predict(run, "break-it", ALL)
    about = run.lab.all_experiments()["break-it"]
    await faults.begin(run, about.phases[0].apply[0])
    await whole(run)
    assert web(cluster(run))["spec"]["replicas"] == 1
