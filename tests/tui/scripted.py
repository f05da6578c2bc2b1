"""A run without a cluster: the parts of LabRun on recorded data, and tests decide what happens when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from msgspec.structs import replace

from meshlab.check.verdict import Evidence, Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.errors import UsageError
from meshlab.run.api import (
    CheckText,
    Debrief,
    ExperimentEvent,
    ExperimentText,
    Explanation,
    FaultState,
    HintText,
    LabRun,
    LabSummary,
    Language,
    Matrix,
    ObjectPair,
    Page,
    ResetPlan,
    Snapshot,
    StepState,
    Trace,
    Traffic,
)
from meshlab.run.compare import Comparison
from meshlab.tui.backend import Diagnosis
from tests.tui.scripted_lab import HINTS, PAGES, STEPS, TITLES, lab
from tests.tui.scripted_samples import (
    CALLERS,
    PHASES,
    SERVICES,
    breaking_matrix,
    broken_matrix,
    example_pods,
    example_trace,
    example_traffic,
    whole_matrix,
)
from tests.unit.report.compare_sample import sample


class Script:
    """What the parts of a scripted run share: everything is green or red because a test said so.

    `gate` holds preparation, `experiment_gate` an experiment.
    """

    def __init__(self, *, current: str = "router", state: str = "in-progress") -> None:
        self.lab_id = "2-router-mesh"
        self.lab = lab()
        self.current, self.state = current, state
        self.verdicts: dict[str, Verdict] = {}
        self.answers: dict[str, str] = {}
        self.hints: dict[str, int] = {}
        self.done: set[str] = set(STEPS[: STEPS.index(current)])
        self.finished: dict[str, dict[str, Any]] = {}
        self.predictions: dict[str, dict[str, Any]] = {}
        self.faults: tuple[FaultState, ...] = ()
        self.calls: list[str] = []
        """What the interface asked for, in order."""
        self.news: asyncio.Queue[Verdict | BaseException] = asyncio.Queue()
        self.gate = asyncio.Event()
        self.gate.set()
        self.experiment_gate = asyncio.Event()
        self.experiment_gate.set()
        self.prepare_error: Exception | None = None
        self.clean_up_error: Exception | None = None
        self.look_error: Exception | None = None
        self.strays: tuple[str, ...] = ("ConfigMap/shop/scratch", "Deployment/shop/my-router")
        self.cleaned = self.closed = False
        self.counted = 0
        """How often traffic was counted: ten seconds lie between two counts."""
        self.time = 0.0
        for check in ("shop-answers", "apps-untouched"):
            self.set(check, Outcome.PASS)
        if current != "look":
            self.set("how-many", Outcome.PASS)

    def set(self, check: str, outcome: Outcome, reason: str = "", *, time: float | None = None, **fields: Any) -> Verdict:
        """A check has this verdict from now on."""
        self.time += 1
        step = self.lab.step_of(check).id
        spec = self.lab.all_checks()[check]
        verdict = Verdict(
            check=check,
            step=step,
            kind=spec.kind,
            role=spec.role,
            outcome=outcome,
            reason=reason,
            **fields,
            time=self.time if time is None else time,
        )
        self.verdicts[check] = verdict
        checks = [one.id for one in self.lab.step_of(check).checks]
        if all(one in self.verdicts and self.verdicts[one].green for one in checks if one != "everyone-reaches"):
            self.done.add(step)
        return verdict

    def tell(self, check: str, outcome: Outcome, reason: str = "", **fields: Any) -> None:
        """The same, and the watcher sees it."""
        self.news.put_nowait(self.set(check, outcome, reason, **fields))

    def red(self) -> None:
        """The usual state of the step `router` while it is worked on."""
        self.set("router-ready", Outcome.PASS)
        self.set(
            "catalog-routed",
            Outcome.FAIL,
            "path.no-proxy",
            expected="web → router → catalog",
            seen="web → catalog",
            parameters={"proxy": "router", "caller": "web", "callee": "catalog"},
            evidence=(
                Evidence("Access log of the router", []),
                Evidence("Answer of catalog", {"service": "catalog", "via": None}),
            ),
        )
        self.set("all-routed", Outcome.BLOCKED, blocked_by=("catalog-routed",))

    def green(self) -> None:
        """All checks of the current step hold."""
        for check in self._step(self.current).checks:
            self.set(check, Outcome.PASS)

    def _step(self, step: str) -> StepState:
        spec = next(one for one in self.lab.steps if one.id == step)
        return StepState(
            id=step,
            title=TITLES["en"][step],
            done=step in self.done,
            checks=tuple(check.id for check in spec.checks),
            experiments=tuple(one.id for one in spec.experiments),
        )


class ScriptedGuide(Script):
    """Implements api.Guide: the words of scripted_lab, and progress as the test set it."""

    def snapshot(self) -> Snapshot:
        return Snapshot(
            lab=self.lab_id,
            run="r1",
            seed=7,
            stage="2",
            title=TITLES["en"]["lab"],
            state=self.state,
            current=self.current,
            steps=tuple(self._step(step) for step in STEPS),
            verdicts=dict(self.verdicts),
            faults=self.faults,
            hints_taken=dict(self.hints),
            answers=dict(self.answers),
            experiments=dict(self.finished),
            cluster="meshlab-2-router-mesh",
            started=1.0,
            ready_seconds=54.0,
            events=len(self.calls),
        )

    def page(self, step: str = "", language: Language = "en") -> Page:
        name = step or self.current
        title = TITLES[language][name]
        text = PAGES[language].get(name, f"# {title}\n")
        return Page(step=name, title=title, number=STEPS.index(name) + 1, of=len(STEPS), markdown=text)

    def check_text(self, check: str, language: Language = "en") -> CheckText:
        words = TITLES[language]
        spec = self.lab.all_checks()[check]
        choices = {one: {"one": "1", "none": "0"}[one] for one in spec.answer.choices} if spec.answer else {}
        return CheckText(title=words[check], question=words[check] if choices else "", choices=choices)

    def experiment_text(self, experiment: str, language: Language = "en") -> ExperimentText:
        words = TITLES[language]
        explained = words["explained"] if experiment in self.finished else ""
        if experiment == "bad-line":
            choices = {one: words[one] for one in ("all-fail", "frozen", "nothing")}
            return ExperimentText(
                id=experiment,
                title=words["bad-line"],
                question=words["ask2"],
                kind="choice",
                choices=choices,
                explanation=explained,
            )
        return ExperimentText(
            id=experiment,
            title=words[experiment],
            question=words["ask"],
            kind="matrix",
            rows=CALLERS,
            columns=SERVICES,
            explanation=explained,
        )

    def explain(self, check: str, language: Language = "en") -> Explanation:
        return Explanation(check=check, text=self.check_text(check, language), verdict=self.verdicts.get(check))

    def debrief(self, step: str, language: Language = "en") -> Debrief:
        title = TITLES[language][step]
        pair = ObjectPair(
            name="Service shop/catalog",
            reference="spec:\n  selector:\n    app: router\n",
            own="spec:\n  type: ClusterIP\n  selector:\n    app: router\n  ports:\n  - port: 8080\n",
            note={"en": "Yours has all that the reference says.", "zh": "参考做法里的内容，你的对象里都有。"}[language],
        )
        return Debrief(step=step, title=title, text=f"# {title}\n", objects=(pair,))

    def hint(self, check: str = "", language: Language = "en") -> HintText | None:
        taken = self.hints.get(self.current, 0)
        if taken >= len(HINTS[language]):
            return None
        self.hints[self.current] = taken + 1
        return HintText(id=f"h{taken + 1}", text=HINTS[language][taken], number=taken + 1, of=len(HINTS[language]))

    def answer(self, check: str, text: str) -> None:
        self.answers[check] = text
        self.set(check, Outcome.PASS if text == "none" else Outcome.FAIL, "" if text == "none" else "answer.wrong")

    def predict(self, experiment: str, prediction: dict[str, Any]) -> None:
        self.predictions[experiment] = prediction

    async def next(self) -> Snapshot:
        self.calls.append("next")
        if self.current not in self.done:
            raise UsageError("other", sentence="The step is not done.", hint="")
        self.current = STEPS[STEPS.index(self.current) + 1]
        return self.snapshot()


class ScriptedChecks(Script):
    """Implements api.Checks: the verdicts that the test set, and one experiment."""

    async def check(self, checks: list[str] | None = None, *, wait: bool = False) -> AsyncGenerator[Verdict, None]:
        self.calls.append("check")
        for check in checks or self._step(self.current).checks:
            await asyncio.sleep(0)
            if check in self.verdicts:
                yield self.verdicts[check]

    async def watch(self) -> AsyncGenerator[Verdict, None]:
        self.calls.append("watch")
        while True:
            news = await self.news.get()
            if isinstance(news, BaseException):
                raise news
            yield news

    async def experiment(self, experiment: str) -> AsyncGenerator[ExperimentEvent, None]:
        self.calls.append(f"experiment {experiment}")
        try:
            yield ExperimentEvent(experiment=experiment, kind="phase", phase="down", text="The router is taken away")
            yield ExperimentEvent(experiment=experiment, kind="fault", text="Deployment router: replicas 1 → 0")
            yield ExperimentEvent(experiment=experiment, kind="matrix", matrix=breaking_matrix())
            for t in (1.0, 2.0, 3.0):
                yield ExperimentEvent(experiment=experiment, kind="matrix", matrix=replace(broken_matrix(), t=t))
            await self.experiment_gate.wait()
            yield ExperimentEvent(experiment=experiment, kind="undo", text="Deployment router: replicas 0 → 1")
            yield ExperimentEvent(experiment=experiment, kind="phase", phase="repaired", text="The router is back")
            yield ExperimentEvent(experiment=experiment, kind="matrix", matrix=replace(breaking_matrix(), t=4.0))
            for t in (5.0, 6.0):
                yield ExperimentEvent(experiment=experiment, kind="matrix", matrix=replace(whole_matrix(), t=t))
        except (asyncio.CancelledError, GeneratorExit):
            self.calls.append("undone")
            raise
        predicted = self.predictions.get(experiment, {})
        score = float(predicted["choice"] == "frozen") if "choice" in predicted else 0.2
        self.finished[experiment] = {"predicted": predicted, "right": "frozen", "score": score}
        done = next(
            one.id
            for step in self.lab.steps
            for one in step.checks
            if one.experiment and one.experiment.experiment == experiment
        )
        yield ExperimentEvent(experiment=experiment, kind="verdict", verdict=self.set(done, Outcome.PASS))
        yield ExperimentEvent(experiment=experiment, kind="finished", result=self.finished[experiment])


class ScriptedOperations(Script):
    """Implements api.Operations: a long preparation, and one phase for everything else."""

    async def prepare(self) -> AsyncGenerator[Progress, None]:
        self.calls.append("prepare")
        for phase, estimate in PHASES.items():
            yield Progress(phase=phase, state="planned", estimate=estimate)
        try:
            for phase in PHASES:
                yield Progress(phase=phase, state="running", detail="web catalog pricing" if phase == "load-images" else "")
                yield Progress(phase=phase, state="note", detail=f"{phase}: [1/2] of what it does")
                if phase == "load-images":
                    await self.gate.wait()
                    if self.prepare_error is not None:
                        raise self.prepare_error
                yield Progress(phase=phase, state="done", seconds=(PHASES[phase] or 0.0) * 0.9)
        except (asyncio.CancelledError, GeneratorExit):
            self.cleaned = True
            if self.clean_up_error is not None:
                raise self.clean_up_error from None
            raise

    async def undo_faults(self) -> list[FaultState]:
        undone, self.faults = list(self.faults), ()
        return undone

    async def _work(self, name: str) -> AsyncGenerator[Progress, None]:
        self.calls.append(name)
        yield Progress(phase="converge", state="planned", estimate=3.0)
        yield Progress(phase="converge", state="running")
        await self.gate.wait()
        yield Progress(phase="converge", state="done", seconds=2.0)

    async def solve(self, step: str = "") -> AsyncGenerator[Progress, None]:
        async for event in self._work("solve"):
            yield event
        self.green()

    async def goto(self, step: str) -> AsyncGenerator[Progress, None]:
        async for event in self._work(f"goto {step}"):
            yield event
        self.current = step

    async def plan_reset(self, step: str = "") -> ResetPlan:
        return ResetPlan(step=step or self.current, strays=self.strays)

    async def reset(self, step: str = "") -> AsyncGenerator[Progress, None]:
        async for event in self._work("reset"):
            yield event

    async def stop(self, *, free: bool = False) -> AsyncGenerator[Progress, None]:
        async for event in self._work("stop"):
            yield event

    async def down(self) -> AsyncGenerator[Progress, None]:
        async for event in self._work("down"):
            yield event


class ScriptedObservations(Script):
    """Implements api.Observations: samples, or `look_error`."""

    def environment(self) -> dict[str, str]:
        return {"KUBECONFIG": "/state/meshlab/2-router-mesh/learner.kubeconfig", "MESHLAB_RUN": "2-router-mesh"}

    async def trace(self, url: str = "", headers: dict[str, str] | None = None) -> Trace:
        self.calls.append(f"trace {url} {headers or {}}")
        return example_trace("v2" if headers else "v1")

    async def matrix(self) -> Matrix | None:
        if self.look_error is not None:
            raise self.look_error
        return whole_matrix()

    async def pods(self) -> list[dict[str, Any]]:
        if self.look_error is not None:
            raise self.look_error
        return example_pods()

    async def traffic(self, pods: list[dict[str, Any]]) -> Traffic | None:
        if self.look_error is not None:
            raise self.look_error
        self.counted += 1
        return example_traffic(10.0 * self.counted)


class ScriptedRun(ScriptedGuide, ScriptedChecks, ScriptedOperations, ScriptedObservations):
    """Implements LabRun."""

    async def close(self) -> None:
        self.closed = True


TITLES_OF_LABS = {
    "en": {"1-edge": "Edge proxy", "2-router-mesh": "Router mesh", "3-proxy-per-node": "Proxy per node"},
    "zh": {"1-edge": "边缘代理", "2-router-mesh": "路由器网格", "3-proxy-per-node": "每节点代理"},
}


class ScriptedBackend:
    """Three labs, one of them begun."""

    def __init__(self, run: ScriptedRun | None = None) -> None:
        self.run = run or ScriptedRun()
        self.problem = self.passed = False
        self.open_error: Exception | None = None

    async def labs(self, language: Language) -> list[LabSummary]:
        titles = TITLES_OF_LABS[language]
        return [
            LabSummary(
                id="1-edge",
                stage="1",
                title=titles["1-edge"],
                minutes=40,
                steps=5,
                steps_done=5,
                proof="proven",
                state="passed",
            ),
            LabSummary(
                id="2-router-mesh",
                stage="2",
                title=titles["2-router-mesh"],
                minutes=60,
                steps=6,
                steps_done=6 if self.passed else 1,
                step=2,
                minutes_left=48,
                proof="proven",
                state="passed" if self.passed else "in-progress",
                current=True,
            ),
            LabSummary(id="3-proxy-per-node", stage="3", title=titles["3-proxy-per-node"], minutes=55, steps=5),
        ]

    async def open(self, lab: str, language: Language) -> LabRun:
        if self.open_error is not None:
            raise self.open_error
        return self.run

    async def comparison(self, language: Language) -> Comparison:
        return sample(language)

    async def doctor(self, language: Language) -> list[Diagnosis]:
        found = [
            Diagnosis("docker.reachable", "ok", "The Docker engine answers (20.10, API 1.41)."),
            Diagnosis(
                "memory.free", "warning", "5.1 GiB of memory are free; a lab takes about 2 GiB.", "Close what you do not need."
            ),
        ]
        if self.problem:
            text = "No container engine answers on /var/run/docker.sock."
            found[0] = Diagnosis("docker.reachable", "problem", text, "Start Docker, then press r.")
        return found
