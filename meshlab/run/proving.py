"""One proof, from an empty state folder to proof.json."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing

import msgspec

from meshlab.check.verdict import Outcome, Verdict
from meshlab.cluster.cleanup import to_the_end
from meshlab.cluster.progress import Progress
from meshlab.cluster.setup.stand_ins import stand_ins
from meshlab.cluster.track import Track
from meshlab.errors import UsageError
from meshlab.lab import layout
from meshlab.lab.change import load_change
from meshlab.lab.checks import Check
from meshlab.lab.model import Misconception, Step
from meshlab.lab.proof import CheckProof, Proof, WrongProof, hashes, write_proof
from meshlab.run import (
    act,
    baseline,
    events,
    expectation,
    isolated,
    judge,
    judgement,
    lifecycle,
    prepare,
    reference_point,
    reset,
    script,
    solve,
    versions,
)
from meshlab.run.act import Manner
from meshlab.run.context import Run
from meshlab.run.expectation import Expected
from meshlab.run.fingerprint import Inventory
from meshlab.run.identity import solver
from meshlab.run.open import make_run
from meshlab.run.paths import Paths
from meshlab.run.prove import ProofEvent, ProveRequest
from meshlab.run.stages import Stages

Told = AsyncGenerator[ProofEvent, None]
PASSES = Expected(Outcome.PASS)
WRONG_SETTLES = 25.0
"""Seconds for the workloads of a misconception: some never settle, and that is their point."""


class Proving:
    """Its run is made anew; its cluster may be one that an earlier proof kept."""

    def __init__(self, request: ProveRequest, where: Paths, lab: str) -> None:
        self._request = request
        self._where = where
        self._lab = lab
        self._run: Run = make_run(lab, state=where.root, packs=request.packs, seed=request.seed, language="en")
        self._found: dict[str, Verdict] = {}
        self._fresh: dict[str, Verdict] = {}
        self._solved: dict[str, Verdict] = {}
        self._wrong: dict[str, WrongProof] = {}
        self._ok = True

    async def go(self) -> Told:
        """All of it, or what `only` asks for."""
        run = self._run
        steps, wrongs = self._chosen()
        try:
            with run.lock("prove"):
                async for event in self._parts(steps, wrongs):
                    self._ok = self._ok and event.ok
                    yield event
                proof = await self._proof()
                if self._ok and self._request.write and not self._request.only:
                    write_proof(run.loaded.folder, proof)
                told = msgspec.to_builtins(proof)
                yield ProofEvent(kind="finished", phase=self._request.only, ok=self._ok, proof=told)
        finally:
            await to_the_end(self._clean())

    async def _parts(self, steps: list[Step], wrongs: list[Misconception]) -> AsyncIterator[ProofEvent]:
        async for event in self._progress("prepare", prepare.prepare(self._run)):
            yield event
        if not self._request.only:
            async for event in self._on_fresh():
                yield event
        async for event in self._on_solved(steps):
            yield event
        for wrong in wrongs:
            async for event in self._on_wrong(wrong):
                yield event
        if not self._request.only:
            async for event in self._on_reset():
                yield event

    def _chosen(self) -> tuple[list[Step], list[Misconception]]:
        """UsageError when `only` names neither a step nor a misconception."""
        lab, only = self._run.lab, self._request.only
        ids = [step.id for step in lab.steps]
        if not only:
            return list(lab.steps), list(lab.wrong)
        if only in ids:
            return list(lab.steps[: ids.index(only) + 1]), [one for one in lab.wrong if one.step == only]
        found = [one for one in lab.wrong if one.id == only]
        if not found:
            known = ", ".join([*ids, *(one.id for one in lab.wrong)])
            raise UsageError(f"The lab {self._lab} has no step or misconception {only!r}.", hint=f"It has: {known}.")
        return list(lab.steps[: ids.index(found[0].step) + 1]), found

    async def _on_fresh(self) -> AsyncIterator[ProofEvent]:
        """Goals red for their reasons, guards green, and nothing changed by looking."""
        yield ProofEvent(kind="phase", phase="fresh")
        before = await reference_point.take(self._run)
        checks = self._required(self._run.lab.steps)
        await self._judge([check for check in checks if check.role == "guard"], wait=True)
        await self._judge([check for check in checks if check.role != "guard"], wait=False)
        self._fresh = dict(self._found)
        for check in checks:
            yield self._compare("fresh", check, expectation.fresh(check))
        yield await self._unchanged("fresh", "checks change nothing", before)

    async def _on_solved(self, steps: list[Step]) -> AsyncIterator[ProofEvent]:
        """Step by step all green; solving again changes nothing; and all is still green at the end."""
        run = self._run
        for step in steps:
            phase = f"solve/{step.id}"
            yield ProofEvent(kind="phase", phase=phase)
            if step is not run.lab.steps[0]:
                await reference_point.keep(run, step.id)
                await baseline.take(run, "step-start", step.id)
                run.append(events.Moved(step=step.id))
            async for event in self._progress(phase, solve.solve(run, step.id)):
                yield event
            await self._judge(self._required([step]), wait=True)
            for check in self._required([step]):
                yield self._compare(phase, check, PASSES)
            before = await reference_point.take(run)
            async for event in self._progress(phase, solve.solve(run, step.id)):
                yield event
            yield await self._unchanged(phase, "a second solve changes nothing", before)
        self._solved = dict(self._found)
        yield ProofEvent(kind="phase", phase="solved")
        last = [check for check in self._required(steps) if judgement.lasting(check)]
        await self._judge(last, wait=True)
        for check in last:
            yield self._compare("solved", check, PASSES)

    async def _on_wrong(self, wrong: Misconception) -> AsyncIterator[ProofEvent]:
        """Exactly its declared reds, on the checks of the steps up to its own."""
        run, phase = self._run, f"wrong/{wrong.id}"
        yield ProofEvent(kind="phase", phase=phase)
        async for event in self._progress(phase, reset.reset(run, wrong.step)):
            yield event
        async for event in self._progress(phase, self._mislead(wrong)):
            yield event
        ids = [step.id for step in run.lab.steps]
        checks = self._required(run.lab.steps[: ids.index(wrong.step) + 1])
        await self._judge(checks, wait=True)
        known = run.lab.all_checks()
        for check in checks:
            yield self._compare(phase, check, expectation.wrong(check, wrong.red, known))
        blocked = tuple(check.id for check in checks if expectation.blocked(check, wrong.red, known))
        self._wrong[wrong.id] = WrongProof(step=wrong.step, red=dict(wrong.red), blocked=blocked)

    async def _mislead(self, wrong: Misconception) -> AsyncGenerator[Progress, None]:
        """The misconception in place of its step's solution, or on top of it."""
        run = self._run
        folders = [layout.wrong_folder(run.loaded, wrong.id)]
        if wrong.on_solved:
            folders.insert(0, layout.solve_folder(run.loaded, wrong.step))
        async with solver(run) as hands:
            for folder in folders:
                change = load_change(run.loaded, folder)
                solved = folder != folders[-1]
                manner = Manner(
                    hands=hands,
                    script=script.trusted(run),
                    experiments=False,
                    strict=solved,
                    settle_within=act.SETTLE_WITHIN if solved else WRONG_SETTLES,
                )
                async with aclosing(act.perform(run, change, manner, Track(act.phases(change, manner)))) as progress:
                    async for event in progress:
                        yield event

    async def _on_reset(self) -> AsyncIterator[ProofEvent]:
        """Back to the start, as if nothing had ever been done."""
        run, first = self._run, self._run.lab.steps[0].id
        yield ProofEvent(kind="phase", phase="reset")
        before = reference_point.kept(run, first) or {}
        async for event in self._progress("reset", reset.reset(run, first)):
            yield event
        yield await self._unchanged("reset", "the fingerprint is that of fresh", before)

    def _required(self, steps: Iterable[Step]) -> list[Check]:
        return [check for step in steps for check in judge.required(step)]

    async def _judge(self, checks: list[Check], *, wait: bool) -> None:
        async with aclosing(judgement.look(self._run, checks, wait=wait)) as verdicts:
            async for verdict in verdicts:
                self._found[verdict.check] = verdict

    def _compare(self, phase: str, check: Check, expected: Expected) -> ProofEvent:
        verdict = self._found.get(check.id)
        ok = expectation.holds(expected, verdict)
        seen = expectation.shown(verdict)
        return ProofEvent(kind="expectation", phase=phase, check=check.id, expected=str(expected), seen=seen, ok=ok)

    async def _unchanged(self, phase: str, what: str, before: dict[str, Inventory]) -> ProofEvent:
        left = reference_point.differences(before, await reference_point.take(self._run))
        return ProofEvent(kind="expectation", phase=phase, expected=what, seen=", ".join(left), ok=not left)

    async def _progress(self, phase: str, source: AsyncGenerator[Progress, None]) -> AsyncIterator[ProofEvent]:
        async with aclosing(source) as progress:
            async for event in progress:
                if event.state != "planned":
                    yield ProofEvent(kind="progress", phase=phase, progress=event)

    async def _proof(self) -> Proof:
        run = self._run
        return Proof(
            lab=self._lab,
            seed=run.seed,
            hashes=hashes(run.loaded),
            versions=await versions.collect(),
            stand_ins=tuple(await stand_ins(Stages.names(run))),
            checks={name: self._of_check(name, check) for name, check in run.lab.all_checks().items()},
            experiments=tuple(sorted(run.state().experiments)),
            wrong=self._wrong,
            reset=self._ok and not self._request.only,
        )

    def _of_check(self, name: str, check: Check) -> CheckProof:
        fresh, solved = self._fresh.get(name), self._solved.get(name)
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
                async with aclosing(lifecycle.remove(self._run)) as progress:
                    async for _ in progress:
                        pass
        finally:
            await self._run.close()
            isolated.tidy(self._where, self._lab)
