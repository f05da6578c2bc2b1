"""A recording of the scripted run, made as real ones are: a lab in a folder, driven from its beginning to its end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from meshlab import __version__
from meshlab.check.verdict import Evidence, Outcome, Verdict
from meshlab.cluster.progress import Progress
from meshlab.lab.load import LoadedLab, load_lab
from meshlab.run.api import LabRun, Snapshot
from meshlab.run.recordings import lines
from meshlab.run.recordings.drive import Part, drive
from meshlab.run.recordings.file import Recording, Writer, pack, read
from meshlab.run.recordings.tour_writer import written_down
from tests.tui.scripted import ScriptedRun
from tests.tui.scripted_lab import HINTS, LAB, PAGES, STEPS, TITLES

LAB_ID = "9-recorded"
SEED = 7
PREDICTIONS: dict[str, dict[str, Any]] = {"router-down": {"cells": [["web", "catalog"]]}, "bad-line": {"choice": "frozen"}}


class FreshRun(ScriptedRun):
    """Begins at the first step; what is looked at before it is solved is red."""

    def __init__(self) -> None:
        super().__init__(current=STEPS[0])
        self.lab_id = LAB_ID
        self.verdicts.clear()
        self.environment_state = "none"
        self.time = 1_700_000_000.0

    async def prepare(self) -> AsyncGenerator[Progress, None]:
        async for event in super().prepare():
            yield event
        self.environment_state = "ready"

    def snapshot(self) -> Snapshot:
        return replace(super().snapshot(), environment=self.environment_state)

    async def check(self, checks: list[str] | None = None, *, wait: bool = False) -> AsyncGenerator[Verdict, None]:
        for name in [] if checks else self._step(self.current).checks:
            if name not in self.verdicts and self.lab.all_checks()[name].role != "phase":
                self._first(name)
        async for verdict in super().check(checks, wait=wait):
            yield verdict

    def _first(self, name: str) -> None:
        spec = self.lab.all_checks()[name]
        if spec.role == "guard":
            self.set(name, Outcome.PASS)
        elif spec.answer is not None:
            self.set(name, Outcome.FAIL, "answer.missing")
        elif spec.kind == "experiment":
            self.set(name, Outcome.FAIL, "experiment.not-run")
        else:
            self.set(
                name,
                Outcome.FAIL,
                "path.no-proxy",
                expected="web → router → catalog",
                seen="web → catalog",
                parameters={"proxy": "router", "caller": "web", "callee": "catalog"},
                evidence=(Evidence("Access log of the router", []),),
            )

    def green(self) -> None:
        for name in self._step(self.current).checks:
            spec = self.lab.all_checks()[name]
            if spec.answer is not None:
                self.answers[name] = "none"
                self.set(name, Outcome.PASS, seen="none")
            elif spec.kind != "experiment" and spec.role != "phase":
                self.set(name, Outcome.PASS)


def write_lab(pack_folder: Path) -> LoadedLab:
    """The scripted lab as files, in both languages, under a name that no built-in lab has."""
    folder = pack_folder / LAB_ID
    (folder / "setup/start").mkdir(parents=True)
    (folder / "lab.yaml").write_text(_document(LAB), encoding="utf-8")
    for language in ("en", "zh"):
        place = folder / "text" / language
        place.mkdir(parents=True)
        (place / "lab.yaml").write_text(_document(_text(language)), encoding="utf-8")
        for number, step in enumerate(STEPS, 1):
            page = PAGES[language].get(step, f"# {TITLES[language][step]}\n")
            (place / f"{number:02d}-{step}.md").write_text(page, encoding="utf-8")
    return load_lab(folder, SEED)


def _text(language: str) -> dict[str, object]:
    words, specs = TITLES[language], FreshRun().lab
    choice = {one: words[one] for one in ("all-fail", "frozen", "nothing")}
    return {
        "title": words["lab"],
        "steps": {step: {"title": words[step]} for step in STEPS},
        "checks": {
            name: {"title": words.get(name, name)}
            | ({"question": words[name], "choices": {"one": "1", "none": "0"}} if spec.answer else {})
            for name, spec in specs.all_checks().items()
        },
        "hints": dict(zip(("h1", "h2"), HINTS[language], strict=True)),
        "experiments": {
            "router-down": {"title": words["router-down"], "question": words["ask"], "explanation": words["explained"]},
            "bad-line": {"title": words["bad-line"], "question": words["ask2"], "choices": choice},
        },
    }


def _document(data: object) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def opened(run: ScriptedRun) -> lines.Opened:
    return lines.Opened(
        t=1.0, schema=lines.SCHEMA, lab=run.lab_id, seed=SEED, meshlab=__version__, stage="2", cluster="meshlab-2-router-mesh"
    )


def recorded(run: ScriptedRun, file: Path) -> LabRun:
    return written_down(run, Writer(file), opened(run), lambda: {"edge_url": "http://127.0.0.1:30080"})


async def record(file: Path, run: ScriptedRun | None = None) -> Recording:
    """Driven from its beginning to its end."""
    writing = recorded(run or FreshRun(), file)
    part = lambda step: Part(solved=step not in ("router-dies", "bad-line"), predictions=PREDICTIONS)  # noqa: E731
    await drive(writing, part, lambda _: None)
    await writing.close()
    pack(file)
    return read(file)
