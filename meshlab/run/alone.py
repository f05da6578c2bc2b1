"""A run without a learner, in a scratch folder that is deleted at the end: for grades, proofs and recordings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import structs

from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.track import Track
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.clusters import removal
from meshlab.run.run import Run
from meshlab.run.store import scratch
from meshlab.run.store.scratch import Purpose


@asynccontextmanager
async def alone(
    purpose: Purpose,
    lab: str,
    *,
    state: Path | None,
    packs: Iterable[Path],
    seed: int,
    context: str = "",
    kubeconfig: str = "",
    keep: bool = False,
    track: Track | None = None,
) -> AsyncIterator[Run]:
    """Yields a new run of the lab in the scratch folder of `purpose`; deletes it at the end, also on failure and cancel.

    Its cluster may be one that an earlier run of the same purpose kept. Raises LockedError while another such run exists.
    """
    with scratch.folder(state, purpose, lab) as where:
        request = RunRequest(lab=lab, state=where.root, packs=tuple(packs), seed=seed, context=context, kubeconfig=kubeconfig)
        run = make_run(structs.replace(request, language="en"))
        try:
            yield run
        finally:
            await to_the_end(give_up(run, keep=keep, track=track))


async def give_up(run: Run, *, keep: bool, track: Track | None = None) -> None:
    """Removes the run's clusters, unless they are kept, and its files."""
    try:
        if not keep:
            await removal.remove(run, track or Track())
    finally:
        await run.close()
        scratch.tidy(run.paths, run.lab_id)
