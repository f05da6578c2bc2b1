"""Performs a change of a solution, a misconception or a submission completely, and waits until the lab has settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec import Struct

from meshlab.check.inputs import Inputs
from meshlab.cluster.track import Track
from meshlab.errors import EnvironmentFault, PreparationTimeout
from meshlab.lab.change.parts import Answer, Change, Script
from meshlab.objects import change, rollout
from meshlab.objects.change import Appliers, readers
from meshlab.run.api import ExperimentEvent
from meshlab.run.guide import answers
from meshlab.run.run import Run
from meshlab.words import Words

APPLY, SCRIPTS, SETTLE, ANSWERS, EXPERIMENTS = "apply-solution", "run-scripts", "settle", "give-answers", "run-experiments"
SETTLE_WITHIN = 90.0


class PerformOptions(Struct, frozen=True, kw_only=True):
    """How a change is performed."""

    appliers: Appliers
    script: Callable[[Script], Awaitable[None]]
    """Runs one script in its container."""
    experiments: bool = True
    strict: bool = True
    """False: workloads that do not settle are left to the checks (a misconception, somebody's submission)."""
    settle_within: float = SETTLE_WITHIN


def phases(work: Change, options: PerformOptions) -> list[str]:
    """Lists the phases that `perform` goes through."""
    wanted = {
        APPLY: True,
        SCRIPTS: bool(work.scripts),
        SETTLE: True,
        ANSWERS: bool(work.answers or work.predictions),
        EXPERIMENTS: bool(work.experiments) and options.experiments,
    }
    return [phase for phase, is_wanted in wanted.items() if is_wanted]


async def perform(run: Run, work: Change, options: PerformOptions, track: Track) -> None:
    """Performs the change, phase by phase. The caller plans `phases` on the track.

    Raises ClusterError, PreparationTimeout, RefusedError, ScriptFailed.
    """
    planned = phases(work, options)
    with track.phase(APPLY):
        done = await change.make(run.lab, work, options.appliers)
    if SCRIPTS in planned:
        with track.phase(SCRIPTS):
            for script in work.scripts:
                await options.script(script)
    with track.phase(SETTLE):
        await settled(run, options)
        # Kubelet may have synced the pods before it saw our write: nudge it once more.
        await change.nudge(run.lab, done.nudged, readers(options.appliers))
    if ANSWERS in planned:
        with track.phase(ANSWERS):
            await record_answers(run, work)
    if EXPERIMENTS in planned:
        await experiments(run, work, track)


async def settled(run: Run, options: PerformOptions) -> None:
    """Waits until the lab's namespaces have settled on every cluster. PreparationTimeout when the options are strict."""
    kubes = [await run.kube(cluster) for cluster in run.lab.clusters]
    try:
        await asyncio.gather(*(rollout.settled(kube, run.lab.all_namespaces, options.settle_within) for kube in kubes))
    except PreparationTimeout:
        if options.strict:
            raise


async def record_answers(run: Run, work: Change) -> None:
    """Records the answers and predictions of the change that are not recorded yet."""
    for check, answer in work.answers.items():
        text = await right_answer(run, answer) if answer.measured else answer.value
        if run.state().answers.get(check) != text:
            answers.answer(run, check, text)
    for name, prediction in work.predictions.items():
        before = run.state().predictions.get(name)
        if before is None or name not in run.state().experiments:
            answers.predict(run, name, prediction.as_json())


async def right_answer(run: Run, answer: Answer) -> str:
    """Returns the right answer as the check finds it. EnvironmentFault when it could not be measured."""
    from meshlab.check.kinds.answer import measure

    spec = run.lab.all_checks()[answer.check].answer
    assert spec is not None
    if spec.measured is None:
        return spec.equals
    found = await measure(spec.measured, Inputs(run.lab, await run.world()))
    if not found:
        raise EnvironmentFault("answer.unmeasured", check=answer.check)
    return found[0]


async def experiments(run: Run, work: Change, track: Track) -> None:
    """Runs the change's experiments that are not completed yet."""
    from meshlab.run.experiments.experiment import run_experiment

    names = [one.experiment for one in work.experiments if not completed(run, one.experiment)]
    track.running(EXPERIMENTS, total=len(names))
    for number, name in enumerate(names):
        track.running(EXPERIMENTS, done=number, total=len(names), detail=name)
        await run_experiment(run, name, partial(_note, track), unattended=True)
    track.done(EXPERIMENTS, done=len(names), total=len(names))


def _note(track: Track, event: ExperimentEvent) -> None:
    if event.text:
        track.note(EXPERIMENTS, Words("waits.of", {"object": event.experiment, "why": event.words or event.text}))


def completed(run: Run, experiment: str) -> bool:
    """Whether the experiment ended with every check green."""
    result = run.state().experiments.get(experiment) or {}
    verdicts = [one for phase in result.get("phases", ()) for one in phase["verdicts"]]
    return bool(result.get("finished")) and all(one["outcome"] == "pass" for one in verdicts)
