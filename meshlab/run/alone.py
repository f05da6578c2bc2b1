"""A run that is nobody's: in a scratch folder, begun anew, and given up when it is over. For grades, proofs and recordings."""

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
    """A run of the lab in the scratch folder of `purpose`; given up at the end, also when it fails or is cancelled.

    Its cluster may be one that an earlier run of the same purpose kept. LockedError while another one is under way.
    """
    with scratch.folder(state, purpose, lab) as where:
        request = RunRequest(lab=lab, state=where.root, packs=tuple(packs), seed=seed, context=context, kubeconfig=kubeconfig)
        run = make_run(structs.replace(request, language="en"))
        try:
            yield run
        finally:
            await to_the_end(give_up(run, keep=keep, track=track))


async def give_up(run: Run, *, keep: bool, track: Track | None = None) -> None:
    """Its clusters go, unless they are kept, and so does all that was noted about it."""
    try:
        if not keep:
            await removal.remove(run, track or Track())
    finally:
        await run.close()
        scratch.tidy(run.paths, run.lab_id)
