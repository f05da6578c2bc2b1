"""The comparison's sources exist and give what their row shows."""

from __future__ import annotations

from collections.abc import Iterator

from meshlab.lab.checks import Check
from meshlab.lab.comparison import AFTER, ROWS, Row, is_word, source
from meshlab.lab.model import Lab, Source
from meshlab.lab.problem import Key, Mistake
from meshlab.lab.rules.unknown_names import unknown


def rule(lab: Lab) -> Iterator[Mistake]:
    """Every row has a source, where there is a comparison at all."""
    if lab.comparison is None:
        return
    for row in ROWS:
        one = source(lab.comparison, row)
        key: Key = ("comparison", row.id)
        if one is None:
            hint = "Name a check that measures it; with `word: true` one that shows why there is nothing to measure."
            yield Mistake(("comparison",), f"the row `{row.id}` is missing", "comparison", hint)
        else:
            yield from _wrong(lab, row, one, key)


def _wrong(lab: Lab, row: Row, one: Source, key: Key) -> Iterator[Mistake]:
    checks = lab.all_checks()
    yield from unknown((*key, "check"), "check", one.check, checks)
    if one.check not in checks:
        return
    yield from _place(lab, checks[one.check], one, key)
    if is_word(row, one):
        return
    if row.number == AFTER and not one.experiment:
        yield Mistake(
            key, f"`{row.id}` is counted from the start of a phase: name an `experiment` and its `phase`", "comparison"
        )
    elif row.kind and checks[one.check].kind != row.kind:
        message = f"`{one.check}` is of the kind `{checks[one.check].kind}`, and `{row.id}` comes from `{row.kind}`"
        yield Mistake((*key, "check"), message, "comparison")
    elif row.kind == "latency" and _loaded(checks[one.check]):
        message = f"`{one.check}` compares with and without a load; `{row.id}` needs one without"
        yield Mistake((*key, "check"), message, "comparison")


def _loaded(check: Check) -> bool:
    return check.latency is not None and check.latency.load is not None


def _place(lab: Lab, check: Check, one: Source, key: Key) -> Iterator[Mistake]:
    """A check of a phase has its verdict in the experiment's result, any other by itself."""
    experiments = lab.all_experiments()
    if not one.experiment:
        if check.role == "phase":
            yield Mistake((*key, "check"), f"`{check.id}` only runs in an experiment: name it with `experiment`", "comparison")
        return
    yield from unknown((*key, "experiment"), "experiment", one.experiment, experiments)
    if one.experiment in experiments:
        phases = {phase.id: phase for phase in experiments[one.experiment].phases}
        yield from unknown((*key, "phase"), "phase", one.phase, phases)
        if one.phase in phases and check.id not in phases[one.phase].checks:
            yield Mistake((*key, "check"), f"`{check.id}` is no check of the phase `{one.phase}`", "comparison")
