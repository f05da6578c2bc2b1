"""Folds events into the state of a run. Pure: nothing here asks a disk or a cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from meshlab.check.verdict import Verdict
from meshlab.lab.model import Lab
from meshlab.run.api import StepState
from meshlab.run.store import events
from meshlab.run.store.log import Log

Environment = Literal["none", "preparing", "ready", "paused", "stopped", "degraded"]


@dataclass
class State:
    """What a progress log says."""

    started: events.Started | None = None
    environment: Environment = "none"
    prepared: events.Prepared | None = None
    displaced: str = ""
    """Id of the lab that was put on the clusters after this one; "" while this one may be there."""
    language: str = ""
    current: str = ""
    done: dict[str, float] = field(default_factory=dict)
    """Step to when it was first done; kept for ever."""
    solved: set[str] = field(default_factory=set)
    standing: set[str] = field(default_factory=set)
    """Steps done or solved since the lab was last reset or removed: what may still be so in the cluster."""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    fresh: dict[str, Verdict] = field(default_factory=dict)
    """The verdicts since the lab was last reset or removed, which may still hold."""
    hints: dict[str, list[str]] = field(default_factory=dict)
    """Maps a check or step to its hints that were shown."""
    answers: dict[str, str] = field(default_factory=dict)
    predictions: dict[str, dict[str, Any]] = field(default_factory=dict)
    experiments: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    """`phase-start` of the experiment that runs (or ran last), unix seconds."""
    experiment: str = ""
    """The experiment that began and has not finished: it runs, or its process was killed."""
    touched: bool = False
    """The learner (or meshlab for them) did something in the lab."""
    count: int = 0

    def take(self, new: Iterable[events.AnyEvent]) -> State:
        """Fold more events in."""
        for event in new:
            self.count += 1
            _take(self, event)
        return self

    def with_environment(self, environment: Environment) -> State:
        """Returns a copy with another environment."""
        return replace(self, environment=environment)


class Following:
    """The state of a log file, folded on as the log grows."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._state = State()
        self._generation = -1

    def now(self) -> State:
        """What the log says now."""
        known = self._log.read()
        if self._generation != self._log.generation:
            self._state, self._generation = State(), self._log.generation
        return self._state.take(known[self._state.count :])


def fold(log: Iterable[events.AnyEvent]) -> State:
    """The state after these events."""
    return State().take(log)


def _take(state: State, event: events.AnyEvent) -> None:
    match event:
        case events.Started():
            state.started = event
            state.language = event.language
        case events.Preparing():
            state.environment, state.displaced = "preparing", ""
        case events.Prepared():
            state.environment, state.prepared = "ready", event
        case events.Degraded():
            state.environment = "degraded"
        case events.Stopped():
            state.environment = "stopped" if event.free else "paused"
        case events.Downed():
            _gone(state)
        case events.Displaced():
            _gone(state)
            state.displaced = event.by
        case _:
            _progress(state, event)


def _gone(state: State) -> None:
    """Records that no cluster holds the lab any more; progress stays."""
    state.environment = "none"
    state.fresh.clear()
    state.standing.clear()


def _progress(state: State, event: events.AnyEvent) -> None:
    match event:
        case events.Judged(verdict=verdict):
            state.verdicts[verdict.check] = state.fresh[verdict.check] = verdict
        case events.StepDone(step=step):
            state.done.setdefault(step, event.t)
            state.standing.add(step)
        case events.Solved(step=step):
            state.solved.add(step)
            state.standing.add(step)
        case events.Moved(step=step):
            state.current = step
        case events.WasReset(step=step):
            state.current = step
            state.fresh.clear()
            state.standing.clear()
        case events.HintShown():
            state.hints.setdefault(event.about, []).append(event.hint)
        case _:
            _take_input(state, event)
    state.touched = state.touched or isinstance(event, _BY_THE_LEARNER)


def _take_input(state: State, event: events.AnyEvent) -> None:
    match event:
        case events.Answered():
            state.answers[event.check] = event.text
        case events.Predicted():
            state.predictions[event.experiment] = event.prediction
        case events.ExperimentStarted():
            state.experiment = event.experiment
        case events.ExperimentFinished():
            state.experiments[event.experiment] = event.result
            state.experiment = ""
        case events.PhaseStarted():
            state.marks["phase-start"] = event.t
        case events.LanguageChosen():
            state.language = event.language
        case _:
            pass


_BY_THE_LEARNER = (
    events.StepDone,
    events.Moved,
    events.Solved,
    events.HintShown,
    events.Answered,
    events.Predicted,
    events.ExperimentFinished,
)


def steps(state: State, lab: Lab, titles: dict[str, str]) -> tuple[StepState, ...]:
    """The lab's steps as the learner stands to them. titles: step id to its title."""
    return tuple(
        StepState(
            id=step.id,
            title=titles.get(step.id) or step.id,
            done=step.id in state.done,
            solved=step.id in state.solved,
            checks=tuple(check.id for check in step.checks),
            experiments=tuple(experiment.id for experiment in step.experiments),
        )
        for step in lab.steps
    )


def current(state: State, lab: Lab) -> str:
    """The step that the guide shows; a step that the lab no longer has gives the first one."""
    ids = [step.id for step in lab.steps]
    return state.current if state.current in ids else ids[0]


def lifecycle(state: State, lab: Lab) -> Literal["not-started", "preparing", "ready", "in-progress", "passed", "degraded"]:
    """Returns the lab's state; a passed lab stays passed without its cluster."""
    if all(step.id in state.done for step in lab.steps):
        return "passed"
    if state.environment == "preparing" or state.environment == "degraded":
        return state.environment
    if state.touched:
        return "in-progress"
    return "not-started" if state.environment == "none" else "ready"
