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
        origin = source(lab.comparison, row)
        key: Key = ("comparison", row.id)
        if origin is None:
            hint = "Name a check that measures it; with `word: true` one that shows why there is nothing to measure."
            yield Mistake(("comparison",), f"the row `{row.id}` is missing", "comparison", hint)
        else:
            yield from _wrong(lab, row, origin, key)


def _wrong(lab: Lab, row: Row, origin: Source, key: Key) -> Iterator[Mistake]:
    checks = lab.all_checks()
    yield from unknown((*key, "check"), "check", origin.check, checks)
    if origin.check not in checks:
        return
    yield from _place(lab, checks[origin.check], origin, key)
    if is_word(row, origin):
        return
    if row.number == AFTER and not origin.experiment:
        yield Mistake(
            key, f"`{row.id}` is counted from the start of a phase: name an `experiment` and its `phase`", "comparison"
        )
    elif row.kind and checks[origin.check].kind != row.kind:
        message = f"`{origin.check}` is of the kind `{checks[origin.check].kind}`, and `{row.id}` comes from `{row.kind}`"
        yield Mistake((*key, "check"), message, "comparison")
    elif row.kind == "latency" and _loaded(checks[origin.check]):
        message = f"`{origin.check}` compares with and without a load; `{row.id}` needs one without"
        yield Mistake((*key, "check"), message, "comparison")


def _loaded(check: Check) -> bool:
    return check.latency is not None and check.latency.load is not None


def _place(lab: Lab, check: Check, origin: Source, key: Key) -> Iterator[Mistake]:
    """A check of a phase has its verdict in the experiment's result, any other by itself."""
    experiments = lab.all_experiments()
    if not origin.experiment:
        if check.role == "phase":
            yield Mistake((*key, "check"), f"`{check.id}` only runs in an experiment: name it with `experiment`", "comparison")
        return
    yield from unknown((*key, "experiment"), "experiment", origin.experiment, experiments)
    if origin.experiment in experiments:
        phases = {phase.id: phase for phase in experiments[origin.experiment].phases}
        yield from unknown((*key, "phase"), "phase", origin.phase, phases)
        if origin.phase in phases and check.id not in phases[origin.phase].checks:
            yield Mistake((*key, "check"), f"`{check.id}` is not a check of the phase `{origin.phase}`", "comparison")
