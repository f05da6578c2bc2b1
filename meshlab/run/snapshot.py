"""Makes the snapshot of a run from its log and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshlab.run import texts
from meshlab.run.api import Snapshot
from meshlab.run.store import lock, state
from meshlab.run.store.journal import state_of

if TYPE_CHECKING:
    from meshlab.run.run import Run


def take(run: Run) -> Snapshot:
    """Returns the snapshot. Needs no engine and no cluster."""
    known = run.state()
    if known.environment == "preparing" and lock.holder(run.folder / "lock") is None:
        # The preparing process was killed, so the preparation is incomplete.
        known = known.with_environment("degraded")
    text = texts.lab(run)
    prepared = known.prepared
    return Snapshot(
        lab=run.lab_id,
        run=run.lab_id,
        seed=run.seed,
        language=run.language,
        stage=run.lab.stage,
        title=text.title,
        state=state.lifecycle(known, run.lab),
        environment=known.environment,
        current=state.current(known, run.lab),
        steps=state.steps(known, run.lab, {step: one.title for step, one in text.steps.items()}),
        verdicts=dict(known.verdicts),
        faults=tuple(map(state_of, run.journal.pending())),
        hints_taken={about: len(shown) for about, shown in known.hints.items()},
        answers=dict(known.answers),
        experiments=dict(known.experiments),
        cluster=run.cluster_name(),
        engine=run.engine_name,
        owns_nodes=run.traits.owns_nodes,
        stand_ins=prepared.stand_ins if prepared else (),
        started=known.started.t if known.started else 0.0,
        ready_seconds=prepared.seconds if prepared else 0.0,
        events=run.log.length,
        damaged=tuple(run.log.damaged),
    )
