"""What an earlier experiment has left is over before the next one counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from meshlab.check.world import ActorResults, Reply
from meshlab.errors import ClusterError
from meshlab.lab.model import Actor
from meshlab.run.experiments.experiment import QUIET, wait_for_answers
from meshlab.run.run import Run
from tests.unit.run.small_run import small_run


class Shoppers:
    """Requests whose errors run out, one answer after the other."""

    def __init__(self, *errors: str | None) -> None:
        self.errors = list(errors)
        self.asked: list[float] = []

    def now(self) -> float:
        return 1000.0

    async def actor(self, actor: str, since: float) -> list[ActorResults]:
        self.asked.append(since)
        error = self.errors.pop(0) if len(self.errors) > 1 else self.errors[0]
        if error == "gone":
            raise ClusterError("other", sentence="No probe.", hint="")
        return [ActorResults(actor, "node-1", (Reply(i=1, status=200), Reply(i=2, error=error)))]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    run = small_run(tmp_path, language="en")
    lab = replace(run.lab, actors={"shoppers": Actor(url="http://web:8080/", rate=1.0)})
    monkeypatch.setattr(type(run), "lab", property(lambda _: lab))
    return run


def on(run: Run, shoppers: Shoppers, monkeypatch: pytest.MonkeyPatch) -> Shoppers:
    async def world(_: Any) -> Shoppers:
        return shoppers

    monkeypatch.setattr(type(run), "world", world)
    return shoppers


async def test_it_waits_until_no_request_has_failed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shoppers = on(run, Shoppers("http_5xx", "timeout", None), monkeypatch)
    await wait_for_answers(run)
    assert shoppers.asked == [1000.0 - QUIET] * 3


async def test_a_lab_that_is_broken_anyway_is_not_waited_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shoppers = on(run, Shoppers("refused"), monkeypatch)
    await wait_for_answers(run, within=0.0)
    assert len(shoppers.asked) == 1


async def test_where_nobody_can_be_asked_it_begins(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shoppers = on(run, Shoppers("gone"), monkeypatch)
    await wait_for_answers(run)
    assert len(shoppers.asked) == 1
