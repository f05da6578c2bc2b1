"""What commands and screens see of a run: frozen data, and the protocols that both program against.

A command holds no logic and a widget holds no client: both call `LabRun` (made by meshlab.run.catalog) and render what
comes back. Its four parts can be implemented apart: a recording has the guide of a real run, and checks of its own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from meshlab.check.verdict import Cell, Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.lab.model import Fault, Lab
from meshlab.words import Words

Language = Literal["en", "zh"]


class LabSummary(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the list of labs."""

    id: str
    stage: str
    title: str
    why: str = ""
    minutes: int = 0
    steps: int = 0
    built_in: bool = True
    broken: str = ""
    """Why the lab cannot be loaded, empty when it can."""
    proof: Literal["proven", "stale", "missing"] = "missing"
    recorded: bool = False
    """Whether a recording of it ships with meshlab."""
    state: Literal["not-started", "preparing", "in-progress", "passed", "degraded"] = "not-started"
    steps_done: int = 0
    step: int = 1
    """Number of the step that the guide shows."""
    minutes_left: int = 0
    current: bool = False
    """Whether it is the lab that was started last."""


class StepState(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A step as the learner stands to it."""

    id: str
    title: str
    done: bool = False
    """All its checks have been green at once; kept for ever."""
    solved: bool = False
    """meshlab solved it."""
    checks: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()


class FaultState(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A fault that is in force now."""

    id: str
    kind: str
    target: str
    by: str = "meshlab"
    since: float = 0.0


class Snapshot(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """All that is known of a run without asking a cluster. `meshlab status --format json` is this."""

    lab: str
    run: str
    seed: int
    language: Language = "en"
    stage: str = ""
    title: str = ""
    state: str = "not-started"
    """not-started, preparing, ready, in-progress, passed, degraded"""
    environment: Literal["none", "preparing", "ready", "paused", "stopped", "degraded"] = "none"
    """What the log last said of the clusters: paused and stopped by `stop`, none before `start` and after `down`."""
    current: str = ""
    """Id of the step that the guide shows."""
    steps: tuple[StepState, ...] = ()
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """The last verdict of each check."""
    faults: tuple[FaultState, ...] = ()
    hints_taken: dict[str, int] = field(default_factory=dict)
    """Check id (or step id) to how many of its hints were shown."""
    answers: dict[str, str] = field(default_factory=dict)
    experiments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The last finished run of each experiment."""
    cluster: str = ""
    engine: str = "kind"
    owns_nodes: bool = True
    """Whether meshlab makes the clusters: their nodes can be stopped, and are removed as a whole."""
    stand_ins: tuple[str, ...] = ()
    """Images that something else stands in for."""
    started: float = 0.0
    ready_seconds: float = 0.0
    """How long preparation took."""
    events: int = 0
    """Length of the progress log: a later snapshot never has fewer."""
    damaged: tuple[int, ...] = ()
    """Numbers of lines of the log that could not be read and were skipped."""


class Page(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One page of the guide, in one language, with the seat's values in it."""

    step: str
    title: str
    number: int
    of: int
    markdown: str


class CheckText(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The words of a check."""

    title: str
    why: str = ""
    question: str = ""
    choices: dict[str, str] = field(default_factory=dict)


class HintText(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One hint, and whether there are more."""

    id: str
    text: str
    number: int
    of: int
    check: str = ""


class Explanation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A check explained: its words, what its last verdict's reason means, what was seen."""

    check: str
    text: CheckText
    verdict: Verdict | None = None
    """Its reason is a sentence in report.text."""
    help: str = ""
    """What to look at next, where the lab says it in words of its own."""


class Matrix(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who reaches whom, at one time."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    t: float = 0.0


class Received(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one pod of a service has received since it started, by its own count: shoppers, checks and all."""

    service: str
    pod: str
    version: str = ""
    received: int = 0
    failed: int = 0
    """Of those, answered with a status of 500 and above."""


class Traffic(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The counts of all pods of the graph's services that could be asked, at one time. Two of them make rates."""

    t: float
    """Unix seconds."""
    pods: tuple[Received, ...] = ()


class ExperimentEvent(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One event of an experiment while it runs."""

    experiment: str
    kind: Literal["phase", "fault", "undo", "matrix", "verdict", "note", "waiting", "finished"]
    phase: str = ""
    text: str = ""
    """In English; older recordings hold it in the language of their run."""
    words: Words | None = None
    """The same for its reader; older recordings have none."""
    fault: Fault | None = None
    """fault, undo, waiting: what the text is about."""
    matrix: Matrix | None = None
    verdict: Verdict | None = None
    result: dict[str, Any] = field(default_factory=dict)


class ExperimentText(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the learner is asked and told."""

    id: str
    title: str
    question: str
    kind: Literal["matrix", "choice", "none"]
    choices: dict[str, str] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    explanation: str = ""
    """Empty until the experiment is finished."""


class Hop(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One hop of a traced request: an application or a proxy."""

    kind: Literal["client", "proxy", "service"]
    name: str
    version: str = ""
    pod: str = ""
    node: str = ""
    status: int = 0
    ms: float | None = None
    error: str = ""
    detail: Words | str = ""
    """Names as they are, or words; older recordings hold text."""
    hops: tuple[Hop, ...] = ()


class Trace(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The path that one request really took, from the application's tree and the proxies' logs."""

    nonce: str
    url: str
    status: int
    ms: float
    root: Hop
    missing: tuple[Words | str, ...] = ()
    """What could not be read (a proxy's log), said rather than guessed; older recordings hold text."""


class ResetPlan(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a reset would do, before it does it."""

    step: str
    strays: tuple[str, ...] = ()
    """Objects of the learner that would be removed."""


class ObjectPair(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An object of the reference solution beside the learner's, both as YAML."""

    name: str
    reference: str = ""
    """Empty when the reference deletes the object."""
    own: str = ""
    """The learner's when the step was done; empty when there was none."""
    note: Words | str = ""
    """A sentence: whether the one is in the other; older recordings hold text."""


class Debrief(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is told after green."""

    step: str
    title: str
    text: str = ""
    """Markdown: what the step was about."""
    objects: tuple[ObjectPair, ...] = ()


class Guide(Protocol):
    """What needs no cluster: the lab's words and how far the learner is. All but `next` answer at once."""

    @property
    def lab_id(self) -> str: ...
    @property
    def lab(self) -> Lab: ...

    def snapshot(self) -> Snapshot: ...
    def page(self, step: str = "", language: Language = "en") -> Page: ...
    def check_text(self, check: str, language: Language = "en") -> CheckText: ...
    def experiment_text(self, experiment: str, language: Language = "en") -> ExperimentText: ...
    def explain(self, check: str, language: Language = "en") -> Explanation: ...
    def debrief(self, step: str, language: Language = "en") -> Debrief:
        """After green: what it was about, and the reference solution beside the learner's objects. UsageError before."""
        ...

    def hint(self, check: str = "", language: Language = "en") -> HintText | None: ...
    def answer(self, check: str, text: str) -> None: ...
    def predict(self, experiment: str, prediction: dict[str, Any]) -> None:
        """{"cells": [["web", "catalog"], ...]} (red ones) or {"choice": id}."""
        ...

    async def next(self) -> Snapshot:
        """Go to the next step. UsageError with the red checks when the current one is not done."""
        ...


class Checks(Protocol):
    """Verdicts, and experiments, whose phases are verdicts too."""

    def check(self, checks: list[str] | None = None, *, wait: bool = False) -> AsyncGenerator[Verdict, None]:
        """Verdicts of the checks (default: the current step's), each as soon as it is known. wait: until none is pending."""
        ...

    def watch(self) -> AsyncGenerator[Verdict, None]:
        """Verdicts of the current step for ever, again whenever something relevant changed."""
        ...

    def experiment(self, experiment: str) -> AsyncGenerator[ExperimentEvent, None]: ...


class Operations(Protocol):
    """What changes clusters. Each holds the run's lock; LockedError names its holder."""

    def prepare(self) -> AsyncGenerator[Progress, None]:
        """From whatever there is to a lab that is ready; also recovers a paused or stopped cluster."""
        ...

    def solve(self, step: str = "") -> AsyncGenerator[Progress, None]: ...
    def goto(self, step: str) -> AsyncGenerator[Progress, None]: ...
    async def plan_reset(self, step: str = "") -> ResetPlan: ...
    def reset(self, step: str = "") -> AsyncGenerator[Progress, None]: ...
    async def undo_faults(self) -> list[FaultState]:
        """Undo what a killed meshlab left in force."""
        ...

    def stop(self, *, free: bool = False) -> AsyncGenerator[Progress, None]: ...
    def down(self) -> AsyncGenerator[Progress, None]: ...


class Observations(Protocol):
    """What can be looked at beside verdicts."""

    def environment(self) -> dict[str, str]:
        """Variables of the learner's shell: KUBECONFIG (the learner's identity), MESHLAB_RUN, PATH with our kubectl, ports."""
        ...

    async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace: ...
    async def matrix(self) -> Matrix | None:
        """The reachability matrix now, for the lab's first matrix check; None when the lab has none."""
        ...

    async def pods(self) -> list[dict[str, Any]]:
        """The lab's pods in short: {namespace, name, node, phase, ready, restarts, containers, labels}."""
        ...

    async def traffic(self, pods: list[dict[str, Any]]) -> Traffic | None:
        """What these pods (of `pods`) have counted so far; None where nothing counts (a recording)."""
        ...


class LabRun(Guide, Checks, Operations, Observations, Protocol):
    """One learner's way through one lab: all that a command or a screen can ask for."""

    async def close(self) -> None: ...


GREEN = (Outcome.PASS,)
