"""What must hold in a lab beyond the types of its keys. Each rule yields problems and never raises or repairs; structure rules
take a Lab alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from meshlab.lab.model import Lab
from meshlab.lab.problem import Mistake
from meshlab.lab.rules import checks, comparison, experiments, faults, ids, names_in_checks, unknown_names

STRUCTURE: tuple[Callable[[Lab], Iterator[Mistake]], ...] = (
    ids.rule,
    unknown_names.rule,
    checks.one_kind,
    checks.fresh,
    checks.needs,
    checks.until,
    checks.answers,
    names_in_checks.rule,
    checks.asks,
    experiments.rule,
    experiments.phase_checks,
    faults.rule,
    comparison.rule,
)


def structure(lab: Lab) -> list[Mistake]:
    """Everything that makes a lab unusable although each of its keys has the right type."""
    return [mistake for rule in STRUCTURE for mistake in rule(lab)]
