"""Every kind against evidence: recorded on a cluster, or made by hand (`synthetic`). Each file says what is found in it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from meshlab.check import kinds
from meshlab.check.inputs import Inputs
from meshlab.check.reasons import REASONS
from meshlab.check.record import Fixture, read
from meshlab.check.replay import ReplayWorld
from meshlab.check.verdict import Finding, Outcome
from meshlab.lab.checks import KINDS
from tests.unit.check.make_evidence import EVIDENCE, file_of, make
from tests.unit.check.scenarios import SCENARIOS, Scenario

FILES = sorted(EVIDENCE.glob("*/*.json"))
GIVEN_BY_LABS = {"object.changed", "object.endpoints", "object.replicas", "object.not-ready", "proxy-config.restarted"}
"""Reasons that no kind finds by itself: a lab's condition names them."""


def title(thing: Path | Scenario) -> str:
    return f"{thing.parent.name}/{thing.stem}" if isinstance(thing, Path) else f"{thing.kind}/{thing.name}"


async def replayed(fixture: Fixture) -> Finding:
    return await kinds.look(fixture.check, Inputs(fixture.lab, ReplayWorld(fixture.calls)))


@pytest.mark.parametrize("file", FILES, ids=title)
async def test_evidence_gives_the_finding_that_it_names(file: Path) -> None:
    fixture = read(file)
    assert await replayed(fixture) == fixture.finding


@pytest.mark.parametrize("file", FILES, ids=title)
def test_findings_fill_their_sentence(file: Path) -> None:
    finding = read(file).finding
    if finding.outcome is Outcome.PASS:
        assert finding.reason == ""
    else:
        assert set(REASONS[finding.reason]) <= finding.parameters.keys()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=title)
def test_every_situation_comes_to_what_it_must(scenario: Scenario) -> None:
    fixture = read(file_of(scenario))
    assert (fixture.finding.outcome.value, fixture.finding.reason) == (scenario.outcome, scenario.reason)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=title)
async def test_synthetic_evidence_is_what_the_simulation_gives(scenario: Scenario) -> None:
    fixture = read(file_of(scenario))
    if fixture.synthetic:
        assert (await make(scenario)).finding == fixture.finding


def test_every_kind_has_a_pass_every_reason_and_a_cheat() -> None:
    seen, cheats = defaultdict(set), set()
    for file in FILES:
        fixture = read(file)
        kind = fixture.check.kind
        seen[kind].add(fixture.finding.reason)
        if fixture.meta.get("cheat"):
            assert fixture.finding.outcome is not Outcome.PASS
            cheats.add(kind)
    assert cheats == set(KINDS)
    assert all("" in seen[kind] for kind in KINDS)
    found = set().union(*seen.values())
    wanted = {reason for reason in REASONS if not reason.startswith("engine.")} - GIVEN_BY_LABS
    assert wanted - found == set()
