"""The parts of a proof: fresh, solved, each misconception, reset."""

from __future__ import annotations

from meshlab.check.verdict import Outcome, Verdict
from meshlab.cluster.track import Estimates, Track
from meshlab.lab.change.read import load_change
from meshlab.lab.checks import Check
from meshlab.lab.differences import listed
from meshlab.lab.files import lab_folder
from meshlab.lab.model import Misconception, Step
from meshlab.lab.proof import WrongProof
from meshlab.run.accounts import scripts
from meshlab.run.accounts.appliers import solver
from meshlab.run.checks import judge
from meshlab.run.desired import baseline, untouched
from meshlab.run.prepare import prepare, reset
from meshlab.run.prove import expect, road
from meshlab.run.prove.events import ProofEvent, Tell
from meshlab.run.prove.expect import Expected, ProofVerdicts, as_proof, required
from meshlab.run.prove.sample import Sample
from meshlab.run.run import Run
from meshlab.run.solve import perform, solve
from meshlab.run.solve.perform import PerformOptions
from meshlab.run.store import events

WRONG_SETTLES = 25.0
"""Seconds for the workloads of a misconception to settle; some never do, by design."""
WRONG_SHOWS = 40.0
"""Seconds for a misconception to show: older connections last for a while, and windows of traffic must fill."""
PASSES = Expected(Outcome.PASS)


class ProofParts:
    """The parts of a proof, in the order in which they must run."""

    def __init__(self, run: Run, tell: Tell, sample: Sample | None = None) -> None:
        """sample: only its experiments and misconceptions, and each solution once."""
        self._run = run
        self._tell = tell
        self._sample = sample
        self._verdicts = ProofVerdicts(run)
        self.fresh: dict[str, Verdict] = {}
        self.solved: dict[str, Verdict] = {}
        self.wrong: dict[str, WrongProof] = {}
        self.start: dict[str, str] = {}
        self.end: dict[str, str] = {}

    def _begin(self, phase: str) -> None:
        self._tell(ProofEvent(kind="phase", phase=phase))

    def _track(self, phase: str) -> Track:
        """Makes the track for an operation in this phase of the proof."""
        return Track(as_proof(phase, self._tell), Estimates(self._run.paths.root))

    def compare_files(self) -> None:
        """Notes how the files of this lab's start differ from the previous lab's end. The proof compares clusters."""
        left = road.road(self._run) if self._run.lab.previous else None
        if left is not None:
            what = f"declared start against the declared end of {self._run.lab.previous}"
            self._tell(ProofEvent(kind="note", phase="road", expected=what, seen=listed(left) or "the same"))

    async def prepare(self) -> None:
        """Prepares the lab on its clusters."""
        await prepare.prepare(self._run, self._track("prepare"))

    async def prove_fresh(self) -> None:
        """Expects goals to be red for their reasons, guards to be green, and checks to change nothing."""
        self._begin("fresh")
        before = await untouched.take(self._run)
        checks = required(self._run.lab.steps)
        await self._verdicts.judge([check for check in checks if check.role == "guard"], wait=True)
        await self._verdicts.judge([check for check in checks if check.role != "guard"], wait=False)
        self.fresh = dict(self._verdicts.found)
        for check in checks:
            self._tell(self._verdicts.compare("fresh", check, expect.fresh(check)))
        self._tell(await self._verdicts.unchanged("fresh", "checks change nothing", before))
        self.start = await road.start(self._run)
        if self._run.lab.previous:
            self._tell(road.compare(self._run, self.start))

    async def prove_solved(self, steps: list[Step]) -> None:
        """Solves step by step and expects green; a second solve must change nothing; at the end all must still be green."""
        for step in steps:
            await self._prove_step(step)
        self.solved = dict(self._verdicts.found)
        self._begin("solved")
        last = [check for check in self._required(steps) if judge.lasting(check)]
        await self._verdicts.judge(last, wait=True)
        for check in last:
            self._tell(self._verdicts.compare("solved", check, PASSES))
        if steps == list(self._run.lab.steps):
            self.end = await road.end(self._run)

    def _required(self, steps: list[Step]) -> list[Check]:
        left_out = self._sample.left_out if self._sample else ()
        return [check for check in required(steps) if check.id not in left_out]

    async def _prove_step(self, step: Step) -> None:
        run, phase = self._run, f"solve/{step.id}"
        self._begin(phase)
        if step is not run.lab.steps[0]:
            await untouched.keep(run, step.id)
            await baseline.take(run, "step-start", step.id)
            run.append(events.Moved(step=step.id))
        await self._solve(step, phase)
        await self._verdicts.judge(self._required([step]), wait=True)
        for check in self._required([step]):
            self._tell(self._verdicts.compare(phase, check, PASSES))
        if self._sample is None:
            before = await untouched.take(run)
            await self._solve(step, phase)
            self._tell(await self._verdicts.unchanged(phase, "a second solve changes nothing", before))

    async def _solve(self, step: Step, phase: str) -> None:
        experiments = self._sample.experiments if self._sample else True
        await solve.solve(self._run, step.id, self._track(phase), experiments=experiments)

    async def prove_misconception(self, wrong: Misconception) -> None:
        """Expects exactly the declared red checks in the steps up to the misconception's."""
        run, phase = self._run, f"wrong/{wrong.id}"
        self._begin(phase)
        await reset.reset(run, wrong.step, self._track(phase))
        await self._apply_misconception(wrong, phase)
        ids = [step.id for step in run.lab.steps]
        steps = list(run.lab.steps[: ids.index(wrong.step) + 1])
        checks = [check for check in self._required(steps) if not run.lab.ended(check, wrong.step)]
        known = run.lab.all_checks()
        expected = {check.id: expect.wrong(check, wrong.red, known) for check in checks}
        await self._verdicts.judge_until(checks, expected, WRONG_SHOWS)
        for check in checks:
            self._tell(self._verdicts.compare(phase, check, expected[check.id]))
        blocked = tuple(check.id for check in checks if expect.blocked(check, wrong.red, known))
        self.wrong[wrong.id] = WrongProof(step=wrong.step, red=dict(wrong.red), blocked=blocked)

    async def _apply_misconception(self, wrong: Misconception, phase: str) -> None:
        """Applies the misconception instead of its step's solution, or after it."""
        run = self._run
        solution, mistake = lab_folder.solve_folder(run.loaded, wrong.step), lab_folder.wrong_folder(run.loaded, wrong.id)
        async with solver(run) as appliers:
            usual = PerformOptions(appliers=appliers, script=scripts.trusted(run), experiments=False)
            lenient = PerformOptions(
                appliers=appliers, script=scripts.trusted(run), experiments=False, strict=False, settle_within=WRONG_SETTLES
            )
            for folder, options in [(solution, usual)] * wrong.on_solved + [(mistake, lenient)]:
                await perform.perform(run, load_change(run.loaded, folder), options, Track(as_proof(phase, self._tell)))

    async def prove_reset(self) -> None:
        """Resets to the first step, and expects the untouched start."""
        first = self._run.lab.steps[0].id
        self._begin("reset")
        before = untouched.kept(self._run, first) or {}
        await reset.reset(self._run, first, self._track("reset"))
        self._tell(await self._verdicts.unchanged("reset", "the fingerprint is that of fresh", before))
