"""Doing what a change of a lab, a misconception or a submission says, all of it, and waiting until it has settled."""

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
    """How a change is made."""

    appliers: Appliers
    script: Callable[[Script], Awaitable[None]]
    """Runs one script in its container."""
    experiments: bool = True
    strict: bool = True
    """False: workloads that do not settle are left to the checks (a misconception, somebody's submission)."""
    settle_within: float = SETTLE_WITHIN


def phases(found: Change, options: PerformOptions) -> list[str]:
    """The phases that `perform` goes through."""
    wanted = {
        APPLY: True,
        SCRIPTS: bool(found.scripts),
        SETTLE: True,
        ANSWERS: bool(found.answers or found.predictions),
        EXPERIMENTS: bool(found.experiments) and options.experiments,
    }
    return [phase for phase, is_wanted in wanted.items() if is_wanted]


async def perform(run: Run, found: Change, options: PerformOptions, track: Track) -> None:
    """Goes through `phases`; to plan them is the caller's."""
    planned = phases(found, options)
    with track.phase(APPLY):
        done = await change.make(run.lab, found, options.appliers)
    if SCRIPTS in planned:
        with track.phase(SCRIPTS):
            for script in found.scripts:
                await options.script(script)
    with track.phase(SETTLE):
        await settled(run, options)
        # Kubelet may have looked between our write and its own news of it: once more.
        await change.nudge(run.lab, done.nudged, readers(options.appliers))
    if ANSWERS in planned:
        with track.phase(ANSWERS):
            await record_answers(run, found)
    if EXPERIMENTS in planned:
        await experiments(run, found, track)


async def settled(run: Run, options: PerformOptions) -> None:
    """Until the lab's namespaces have settled, on every cluster."""
    kubes = [await run.kube(cluster) for cluster in run.lab.clusters]
    try:
        await asyncio.gather(*(rollout.settled(kube, run.lab.all_namespaces, options.settle_within) for kube in kubes))
    except PreparationTimeout:
        if options.strict:
            raise


async def record_answers(run: Run, found: Change) -> None:
    """Answers and predictions; what has been said already is not said again."""
    for check, one in found.answers.items():
        text = await right_answer(run, one) if one.measured else one.value
        if run.state().answers.get(check) != text:
            answers.answer(run, check, text)
    for name, foretold in found.predictions.items():
        before = run.state().predictions.get(name)
        if before is None or name not in run.state().experiments:
            answers.predict(run, name, foretold.as_json())


async def right_answer(run: Run, one: Answer) -> str:
    """The right answer, as the check itself finds it. EnvironmentFault when it could not be measured."""
    from meshlab.check.kinds.answer import measure

    spec = run.lab.all_checks()[one.check].answer
    assert spec is not None
    if spec.measured is None:
        return spec.equals
    found = await measure(spec.measured, Inputs(run.lab, await run.world()))
    if not found:
        raise EnvironmentFault("answer.unmeasured", check=one.check)
    return found[0]


async def experiments(run: Run, found: Change, track: Track) -> None:
    """Those that have not been run to their end yet."""
    from meshlab.run.experiments.experiment import run_experiment

    names = [one.experiment for one in found.experiments if not completed(run, one.experiment)]
    track.running(EXPERIMENTS, total=len(names))
    for number, name in enumerate(names):
        track.running(EXPERIMENTS, done=number, total=len(names), detail=name)
        await run_experiment(run, name, partial(_note, track), unattended=True)
    track.done(EXPERIMENTS, done=len(names), total=len(names))


def _note(track: Track, event: ExperimentEvent) -> None:
    if event.text:
        track.note(EXPERIMENTS, Words("waits.of", {"object": event.experiment, "why": event.words or event.text}))


def completed(run: Run, experiment: str) -> bool:
    """Whether it was run to its end and came out as it should."""
    result = run.state().experiments.get(experiment) or {}
    verdicts = [one for phase in result.get("phases", ()) for one in phase["verdicts"]]
    return bool(result.get("finished")) and all(one["outcome"] == "pass" for one in verdicts)
