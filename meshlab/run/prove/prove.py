"""One proof, from an empty state folder to proof.json."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.setup.stand_ins import stand_ins
from meshlab.errors import UsageError
from meshlab.lab.checks import Check
from meshlab.lab.model import Misconception, Step
from meshlab.lab.proof import CheckProof, Proof, hashes, write_proof
from meshlab.run.catalog import make_run
from meshlab.run.clusters import removal
from meshlab.run.grade import versions
from meshlab.run.prepare import prepare
from meshlab.run.prepare.stages import Stages
from meshlab.run.prove.events import FRESH, ProofEvent, ProveRequest
from meshlab.run.prove.expect import Told, progress
from meshlab.run.prove.parts import ProofParts
from meshlab.run.prove.sample import sample
from meshlab.run.store import scratch
from meshlab.run.store.paths import Paths


class Proving:
    """Its run is made anew; its cluster may be one that an earlier proof kept."""

    def __init__(self, request: ProveRequest, where: Paths, lab: str) -> None:
        self._request = request
        self._where = where
        self._run = make_run(lab, state=where.root, packs=request.packs, seed=request.seed, language="en")
        self._sample = None if request.sample is None else sample(self._run.lab, request.sample)
        self._parts = ProofParts(self._run, self._sample)
        self._whole = not request.only and self._sample is None

    async def go(self) -> Told:
        """All of it, or what `only` asks for. What does not hold is told, and the rest is proven all the same."""
        run, request = self._run, self._request
        steps, wrongs = self._chosen()
        ok = True
        try:
            with run.lock("prove"):
                for part in self._all(steps, wrongs):
                    async with aclosing(part) as told:
                        async for event in told:
                            ok = ok and event.ok
                            yield event
                proof = await self._proof(ok)
                if ok and request.write and self._whole:
                    write_proof(run.loaded.folder, proof)
                yield ProofEvent(kind="finished", phase=request.only, ok=ok, proof=msgspec.to_builtins(proof))
        finally:
            await to_the_end(self._clean())

    def _all(self, steps: list[Step], wrongs: list[Misconception]) -> list[Told]:
        """Generators, none of them begun."""
        parts = self._parts
        return [
            parts.on_paper(),
            progress("prepare", prepare.prepare(self._run)),
            *([parts.on_fresh()] if not self._request.only or not steps else []),
            *([parts.on_solved(steps)] if steps else []),
            *(parts.on_wrong(wrong) for wrong in wrongs),
            *([parts.on_reset()] if self._whole else []),
        ]

    def _chosen(self) -> tuple[list[Step], list[Misconception]]:
        """Neither for the start alone. UsageError when `only` names no part of the lab."""
        lab, only = self._run.lab, self._request.only
        ids = [step.id for step in lab.steps]
        if not only:
            return list(lab.steps), list(self._sample.wrong if self._sample else lab.wrong)
        if only in ids:
            return list(lab.steps[: ids.index(only) + 1]), [one for one in lab.wrong if one.step == only]
        found = [one for one in lab.wrong if one.id == only]
        if not found and only == FRESH:
            return [], []
        if not found:
            known = ", ".join([FRESH, *ids, *(one.id for one in lab.wrong)])
            raise UsageError(f"The lab {self._run.lab_id} has no step or misconception {only!r}.", hint=f"It has: {known}.")
        return list(lab.steps[: ids.index(found[0].step) + 1]), found

    async def _proof(self, ok: bool) -> Proof:
        run = self._run
        return Proof(
            lab=run.lab_id,
            seed=run.seed,
            hashes=hashes(run.loaded),
            versions=await versions.collect(),
            stand_ins=tuple(await stand_ins(Stages.names(run))),
            checks={name: self._of_check(name, check) for name, check in run.lab.all_checks().items()},
            experiments=tuple(sorted(run.state().experiments)),
            wrong=self._parts.wrong,
            reset=ok and self._whole,
            start=self._parts.start,
            end=self._parts.end,
        )

    def _of_check(self, name: str, check: Check) -> CheckProof:
        fresh, solved = self._parts.fresh.get(name), self._parts.solved.get(name)
        return CheckProof(
            step=self._run.lab.step_of(name).id,
            kind=check.kind,
            role=check.role,
            fresh=str(fresh.outcome) if fresh else "",
            reason=fresh.reason if fresh else "",
            solved=str(solved.outcome) if solved else "",
        )

    async def _clean(self) -> None:
        try:
            if not self._request.keep:
                async with aclosing(removal.remove(self._run)) as told:
                    async for _ in told:
                        pass
        finally:
            await self._run.close()
            scratch.tidy(self._where, self._run.lab_id)


async def prove(request: ProveRequest) -> AsyncGenerator[ProofEvent, None]:
    """The last event is `finished`; ok says whether everything held. MeshlabError when the environment fails."""
    from meshlab.lab.catalog import find
    from meshlab.run.store import scratch

    pass

    lab = find(request.lab, request.packs).id
    with scratch.folder(request.state, "prove", lab) as where:
        async with aclosing(Proving(request, where, lab).go()) as told:
            async for event in told:
                yield event
