"""Chooses one experiment and one misconception for a quick sample instead of a whole proof."""

from __future__ import annotations

from msgspec import Struct

from meshlab.lab.checks import Check
from meshlab.lab.model import Lab, Misconception


class Sample(Struct, frozen=True, kw_only=True):
    """What a sample tests beside the lab's start and its solution."""

    experiments: frozenset[str]
    wrong: tuple[Misconception, ...]
    left_out: frozenset[str]
    """Checks that wait for an experiment that is not run, and what needs them."""


def sample(lab: Lab, number: int) -> Sample:
    """Chooses by number, modulo their count, so that consecutive numbers cover everything."""
    names = list(lab.all_experiments())
    chosen = frozenset(names[number % len(names) :][:1]) if names else frozenset[str]()
    known = lab.all_checks()
    waiting = {one.id for one in known.values() if one.experiment is not None and one.experiment.experiment not in chosen}
    left_out = frozenset(one.id for one in known.values() if one.id in waiting or _needs(one, waiting, known))
    return Sample(experiments=chosen, wrong=_chosen(lab, number, left_out), left_out=left_out)


def _chosen(lab: Lab, number: int, left_out: frozenset[str]) -> tuple[Misconception, ...]:
    """Chooses a misconception whose red checks do not need an experiment that is left out."""
    seen = [wrong for wrong in lab.wrong if not left_out & wrong.red.keys()]
    return (seen[number % len(seen)],) if seen else ()


def _needs(check: Check, waiting: set[str], known: dict[str, Check]) -> bool:
    return any(need in waiting or _needs(known[need], waiting, known) for need in check.needs)
