"""The suite ends with 0 only when everything passed, or when no engine can be had at all; and says what it left out."""

from __future__ import annotations

import pytest

from meshlab.cluster.setup import engine
from tests import suite
from tests.suite import Part


@pytest.fixture(autouse=True)
def codes(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What parts end with, by name; others end with 0."""
    found: dict[str, int] = {}

    def run(part: Part, *, quiet: bool = False) -> None:
        part.code = found.get(part.name, 0)

    monkeypatch.setattr(suite, "run", run)
    return found


def machine(monkeypatch: pytest.MonkeyPatch, *, answers: bool, may_install: bool) -> None:
    async def says() -> tuple[str, str]:
        return ("29", "") if answers else ("", "nothing")

    monkeypatch.setattr(engine, "answers", says)
    monkeypatch.setattr(engine, "may_install", lambda: may_install)


def ran() -> tuple[list[tuple[str, int]], list[str]]:
    done, left_out = suite.run_all([Part("unit", []), Part("cluster", [], engine=True)], "")
    return [(part.name, part.code) for part in done], left_out


def test_all_of_it(codes: dict[str, int]) -> None:
    codes["cluster"] = 1
    assert ran() == ([("unit", 0), ("setup", 0), ("cluster", 1)], [])


def test_without_any_engine_the_rest_is_run(codes: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    codes["setup"] = 4
    machine(monkeypatch, answers=False, may_install=False)
    assert ran() == ([("unit", 0)], ["cluster"])


@pytest.mark.parametrize(("answers", "may_install"), [(True, False), (True, True), (False, True)])
def test_any_other_failure_of_set_up_is_a_failure(
    codes: dict[str, int], monkeypatch: pytest.MonkeyPatch, answers: bool, may_install: bool
) -> None:
    codes["setup"] = 4
    machine(monkeypatch, answers=answers, may_install=may_install)
    assert ran() == ([("unit", 0), ("setup", 4)], ["cluster"])


def test_parts_without_an_engine_need_no_set_up() -> None:
    done, left_out = suite.run_all([Part("unit", [])], "")
    assert ([part.name for part in done], left_out) == (["unit"], [])


def test_the_summary_tells_what_was_left_out() -> None:
    told = suite.summary([Part("unit", [])], ["cluster"], 1.25)
    assert (told["passed"], told["skipped"], told["minutes"]) == (False, ["cluster"], 1.2)


def test_every_part_without_a_cluster_has_its_place() -> None:
    assert {part.name for part in suite.parts([]) if not part.engine} == set(suite.LONGEST)
