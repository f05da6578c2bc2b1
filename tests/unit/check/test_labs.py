"""The labs that meshlab ships name only reasons that have words, and checks that can be run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from meshlab.check.conditions import QueryTypeError, query
from meshlab.check.plan import with_needs
from meshlab.check.reasons import REASONS
from meshlab.check.relevance import relevant
from meshlab.check.stats import plan
from meshlab.lab.checks import Condition
from meshlab.lab.load import load_lab
from meshlab.lab.model import Lab

LABS = sorted(file.parent for file in (Path(__file__).parents[3] / "labs").glob("*/lab.yaml"))
SEEDS = range(0, 60, 7)


def conditions(lab: Lab) -> Iterator[Condition]:
    for check in lab.all_checks().values():
        for spec in (check.object, check.proxy_config):
            yield from spec.conditions if spec else ()


def reasons(lab: Lab) -> Iterator[str]:
    """Every reason that the lab names: expected on fresh, of misconceptions, of hints, of conditions."""
    yield from (check.fresh for check in lab.all_checks().values() if check.fresh not in ("", "blocked"))
    yield from (reason for wrong in lab.wrong for reason in wrong.red.values())
    yield from (hint.reason for step in lab.steps for hint in step.hints if hint.reason)
    yield from (condition.reason for condition in conditions(lab))


@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_reasons_have_words(folder: Path) -> None:
    assert set(reasons(load_lab(folder).lab)) - REASONS.keys() == set()


@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_checks_can_be_put_in_order_and_watched(folder: Path) -> None:
    lab = load_lab(folder).lab
    checks = lab.all_checks()
    order = [check.id for check in with_needs(checks.values(), checks, {})]
    assert sorted(order) == sorted(checks)
    assert all(order.index(need) < order.index(name) for name in order for need in checks[name].needs)
    for check in checks.values():
        relevant(check, lab)


@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_queries_can_be_read(folder: Path) -> None:
    for condition in conditions(load_lab(folder).lab):
        with suppress(QueryTypeError):
            query(condition.query, None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("folder", LABS, ids=lambda folder: folder.name)
def test_every_seats_share_can_be_told_from_the_misconception_with_few_requests(folder: Path, seed: int) -> None:
    for check in load_lab(folder, seed).lab.all_checks().values():
        if check.share:
            spec = check.share
            assert plan(spec.share, spec.nearest, spec.refuse_right, spec.accept_wrong).n <= 2000
