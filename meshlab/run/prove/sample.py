"""A quick look at a lab instead of a whole proof: one experiment, one misconception, by number."""

from __future__ import annotations

from msgspec import Struct

from meshlab.lab.checks import Check
from meshlab.lab.model import Lab, Misconception


class Sample(Struct, frozen=True, kw_only=True):
    """What of a lab is looked at beside its start and its solution."""

    experiments: frozenset[str]
    wrong: tuple[Misconception, ...]
    left_out: frozenset[str]
    """Checks that wait for an experiment that is not run, and what needs them."""


def sample(lab: Lab, number: int) -> Sample:
    """Another one for each number, round and round: in time everything has its turn."""
    names = list(lab.all_experiments())
    chosen = frozenset(names[number % len(names) :][:1]) if names else frozenset[str]()
    known = lab.all_checks()
    waiting = {one.id for one in known.values() if one.experiment is not None and one.experiment.experiment not in chosen}
    left_out = frozenset(one.id for one in known.values() if one.id in waiting or _needs(one, waiting, known))
    return Sample(experiments=chosen, wrong=_chosen(lab, number, left_out), left_out=left_out)


def _chosen(lab: Lab, number: int, left_out: frozenset[str]) -> tuple[Misconception, ...]:
    """One whose reds can all be seen without the experiments that are not run."""
    seen = [wrong for wrong in lab.wrong if not left_out & wrong.red.keys()]
    return (seen[number % len(seen)],) if seen else ()


def _needs(check: Check, waiting: set[str], known: dict[str, Check]) -> bool:
    return any(need in waiting or _needs(known[need], waiting, known) for need in check.needs)
