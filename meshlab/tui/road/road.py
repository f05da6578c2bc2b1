"""The road as the home screen draws it: stages in order, each with its labs. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from meshlab.run.api import LabSummary

STAGES = ("0", "1", "2", "3", "4", "5", "6", "7", "adoption")
PASSED, STARTED = ("passed",), ("in-progress", "preparing", "degraded")


@dataclass(frozen=True)
class Stop:
    """One line of the road: a stage and one of its labs, or no lab yet."""

    stage: str
    lab: LabSummary | None
    first: bool
    """Whether it is the stage's first line."""

    @property
    def id(self) -> str:
        """For the list."""
        return f"lab:{self.lab.id}" if self.lab else f"stage:{self.stage}"


def stage_of(lab: LabSummary) -> str:
    """`5a` belongs to stage 5; what is on no stage comes last under its own name."""
    digit = lab.stage[:1]
    return digit if digit in STAGES else lab.stage


def road(labs: list[LabSummary]) -> list[Stop]:
    """All stops from stage 0 to the end, then labs of other packs that are on no stage."""
    by_stage: dict[str, list[LabSummary]] = {stage: [] for stage in STAGES}
    for lab in labs:
        by_stage.setdefault(stage_of(lab), []).append(lab)
    stops: list[Stop] = []
    for stage, of_stage in by_stage.items():
        stops += [Stop(stage, lab, index == 0) for index, lab in enumerate(of_stage)] or [Stop(stage, None, True)]
    return stops


def where_to_go(stops: list[Stop], *, tour: bool = False) -> int:
    """The index of the stop to continue at: the lab that was left, else one that is begun, else the first not passed.

    tour: of the labs that have a recording, where there are any.
    """
    labs = [(index, stop.lab) for index, stop in enumerate(stops) if stop.lab is not None and not stop.lab.broken]
    labs = [(index, lab) for index, lab in labs if lab.recorded] or labs if tour else labs
    left = [index for index, lab in labs if lab.current and lab.state not in PASSED]
    begun = [index for index, lab in labs if lab.state in STARTED]
    fresh = [index for index, lab in labs if lab.state not in PASSED]
    return (left or begun or fresh or [index for index, _ in labs] or [0])[0]


@dataclass(frozen=True)
class Total:
    """All labs that are there, together."""

    labs: int
    labs_done: int
    steps: int
    steps_done: int
    minutes_left: int


def total(stops: list[Stop]) -> Total:
    """How far along the road the learner is."""
    labs = [stop.lab for stop in stops if stop.lab is not None and not stop.lab.broken]
    return Total(
        len(labs),
        sum(lab.state in PASSED for lab in labs),
        sum(lab.steps for lab in labs),
        sum(lab.steps_done for lab in labs),
        sum(minutes_left(lab) for lab in labs),
    )


def minutes_left(lab: LabSummary) -> int:
    """What the author thinks is still to do; all of it before the first step."""
    if lab.state in PASSED:
        return 0
    return lab.minutes_left if lab.steps_done else lab.minutes
