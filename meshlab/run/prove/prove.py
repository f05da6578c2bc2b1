"""Runs one proof, from an empty state folder to proof.json."""

from __future__ import annotations

import msgspec

from meshlab.cluster.setup.stand_ins import stand_ins
from meshlab.errors import UsageError
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab, Misconception, Step
from meshlab.lab.proof import CheckProof, Proof, hashes, write_proof
from meshlab.run.alone import alone
from meshlab.run.grade import versions
from meshlab.run.prepare.stages import Stages
from meshlab.run.prove.events import FRESH, ProofEvent, ProveRequest, Tell
from meshlab.run.prove.parts import ProofParts
from meshlab.run.prove.sample import sample
from meshlab.run.run import Run


async def prove(request: ProveRequest, tell: Tell) -> bool:
    """Proves a lab; returns whether every expectation held. A failed expectation does not stop the proof.

    The last event is `finished`, with the proof. Raises MeshlabError when the environment fails.
    """
    from meshlab.lab.catalog import find

    found = find(request.lab, request.packs)
    assert found.loaded is not None
    # Raise for an unknown name before touching a cluster.
    chosen(found.id, found.loaded.lab, request)
    async with alone("prove", found.id, state=request.state, packs=request.packs, seed=request.seed, keep=request.keep) as run:
        return await Proving(request, run, tell).go()


class Proving:
    """A proof with a new run; its cluster may be one that an earlier proof kept."""

    def __init__(self, request: ProveRequest, run: Run, tell: Tell) -> None:
        self._request = request
        self._run = run
        self._tell = tell
        few = None if request.sample is None else sample(run.lab, request.sample)
        self._parts = ProofParts(run, self._note, few)
        self._whole = not request.only and few is None
        self._ok = True

    def _note(self, event: ProofEvent) -> None:
        self._ok = self._ok and event.ok
        self._tell(event)

    async def go(self) -> bool:
        """Runs all parts, or those that `only` names."""
        run, request, parts = self._run, self._request, self._parts
        steps, wrongs = chosen(run.lab_id, run.lab, request)
        with run.lock("prove"):
            parts.compare_files()
            await parts.prepare()
            if not request.only or not steps:
                await parts.prove_fresh()
            if steps:
                await parts.prove_solved(steps)
            for wrong in wrongs:
                await parts.prove_misconception(wrong)
            if self._whole:
                await parts.prove_reset()
            proof = await self._proof(self._ok)
            if self._ok and request.write and self._whole:
                write_proof(run.loaded.folder, proof)
            self._tell(ProofEvent(kind="finished", phase=request.only, ok=self._ok, proof=msgspec.to_builtins(proof)))
        return self._ok

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


def chosen(name: str, lab: Lab, request: ProveRequest) -> tuple[list[Step], list[Misconception]]:
    """Chooses steps and misconceptions to prove; none for the start alone. UsageError when `only` names no part of the lab."""
    only, ids = request.only, [step.id for step in lab.steps]
    if not only:
        return list(lab.steps), list(lab.wrong if request.sample is None else sample(lab, request.sample).wrong)
    if only in ids:
        return list(lab.steps[: ids.index(only) + 1]), [one for one in lab.wrong if one.step == only]
    wrong = [one for one in lab.wrong if one.id == only]
    if not wrong and only == FRESH:
        return [], []
    if not wrong:
        known = ", ".join([FRESH, *ids, *(one.id for one in lab.wrong)])
        raise UsageError("prove.no-part", lab=name, part=only, known=known)
    return list(lab.steps[: ids.index(wrong[0].step) + 1]), wrong
