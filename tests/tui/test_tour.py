"""A tour over a recording of the scripted run: keys work as recorded, both languages, every screen marked."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from meshlab.errors import UsageError
from meshlab.run.api import LabSummary, Language
from meshlab.run.recordings.pace import Pace
from meshlab.tui.app import MeshlabApp
from meshlab.tui.tour.backend import TourBackend
from meshlab.words import say
from tests.tui.helpers import make_app, on, screen_text, shows, until
from tests.tui.recorded import LAB_ID, record, write_lab
from tests.tui.scripted import ScriptedBackend
from tests.tui.tours import go_on, make_tour, solve, solved

WIDE = (140, 42)
T = TypeVar("T")


class Held(Pace):
    """Plays nothing until it may."""

    def __init__(self) -> None:
        super().__init__(0)
        self.go = asyncio.Event()

    async def play(
        self, items: Iterable[tuple[float, T]], began: float = 0.0, at_end: Callable[[], None] | None = None
    ) -> AsyncGenerator[T, None]:
        await self.go.wait()
        async for item in super().play(items, began, at_end):
            yield item


@pytest.fixture
async def backend(tmp_path: Path) -> TourBackend:
    write_lab(tmp_path / "pack")
    file = tmp_path / "whole.jsonl.gz"
    await record(file)
    return TourBackend(tmp_path / "state", [tmp_path / "pack"], file, pace=Pace(0))


async def marked(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """The top row says that it is a recording."""
    mark = say("tour.mark", app.language)
    await until(
        pilot, lambda: mark in "".join(screen_text(app).splitlines()[:1]), f"{type(app.screen).__name__} is marked: {mark}"
    )


async def enter(pilot: Pilot[Any], app: MeshlabApp) -> None:
    """From home into the lab that has a recording: it is chosen at first."""
    await until(pilot, lambda: getattr(app.screen, "stops", None))
    await marked(pilot, app)
    await pilot.press("enter")
    await until(pilot, lambda: on(app, "LabScreen"))
    await marked(pilot, app)


@pytest.mark.parametrize(
    ("language", "seen"),
    [
        ("en", ("How many proxies does a call", "1/2 checks", "2/2 checks", "Done. n goes on")),
        ("zh", ("从 web 到 catalog 的调用经过几个代理", "检查 1/2", "检查 2/2", "完成。n 进入下一步")),
    ],
)
async def test_from_home_to_a_green_step(backend: TourBackend, language: Language, seen: tuple[str, ...]) -> None:
    app = make_tour(backend, language)
    async with app.run_test(size=WIDE) as pilot:
        await enter(pilot, app)
        await pilot.press("c")
        await shows(pilot, *seen[:2])
        await pilot.press("s")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await marked(pilot, app)
        await pilot.press("y")
        await until(pilot, lambda: on(app, "LabScreen"))
        await shows(pilot, *seen[2:])
        await pilot.press("n")
        await shows(pilot, "2/6")
        await marked(pilot, app)


async def test_every_screen_is_marked(backend: TourBackend) -> None:
    app = make_tour(backend)
    async with app.run_test(size=WIDE) as pilot:
        for key, screen in (("v", "CompareScreen"), ("d", "DoctorScreen"), ("question_mark", "HelpModal")):
            await until(pilot, lambda: getattr(app.screen, "stops", None))
            await pilot.press(key)
            await until(pilot, functools.partial(on, app, screen))
            await marked(pilot, app)
            await pilot.press("escape")
        await until(pilot, lambda: on(app, "HomeScreen"))
        await enter(pilot, app)
        await solve(pilot, app)
        for key, screen in (
            ("t", "TraceScreen"),
            ("d", "DebriefModal"),
            ("v", "CompareScreen"),
            ("ctrl+p", "CommandPalette"),
            ("r", "FailureModal"),
        ):
            await pilot.press(key)
            await until(pilot, functools.partial(on, app, screen), screen)
            await marked(pilot, app)
            await pilot.press("escape")
            await until(pilot, lambda: on(app, "LabScreen"))


async def test_preparing_is_marked_and_says_that_nothing_is_prepared(backend: TourBackend) -> None:
    backend.pace = held = Held()
    app = make_tour(backend, lab=LAB_ID)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: on(app, "PreparingScreen"))
        await marked(pilot, app)
        await shows(pilot, "Nothing is prepared on this machine")
        held.go.set()
        await until(pilot, lambda: on(app, "LabScreen"))
        await shows(pilot, "How many proxies")


async def test_an_experiment_is_played_against_the_viewers_own_prediction(backend: TourBackend) -> None:
    app = make_tour(backend)
    async with app.run_test(size=WIDE) as pilot:
        await enter(pilot, app)
        for step in ("router", "canary", "policy", "router-dies"):
            await solve(pilot, app)
            await go_on(pilot, app, step)
        await pilot.press("e")
        await until(pilot, lambda: on(app, "ExperimentScreen"))
        await shows(pilot, "Who will still reach whom?")
        await pilot.press("down", "right", "space", "enter")
        await until(pilot, lambda: getattr(app.screen, "progress", None) and app.screen.progress.finished)  # type: ignore[attr-defined]
        await marked(pilot, app)
        await shows(pilot, "Its death is everybody's")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "LabScreen") and app.screen.board.done())  # type: ignore[attr-defined]


async def test_what_is_not_in_the_recording_is_said(backend: TourBackend) -> None:
    app = make_tour(backend)
    async with app.run_test(size=WIDE) as pilot:
        await enter(pilot, app)
        await shows(pilot, "there is no cluster behind this shell")
        await pilot.press("tab", "enter")
        await shows(pilot, "$ kubectl -n shop get pods -o wide")
        await pilot.press("1", "t")
        await until(pilot, lambda: on(app, "TraceScreen"))
        await pilot.press("u", *"pricing", "enter")
        await until(pilot, lambda: on(app, "FailureModal"))
        await shows(pilot, "This request is not in the recording here. Recorded: /.")


async def test_an_own_answer_is_judged(backend: TourBackend) -> None:
    app = make_tour(backend)
    async with app.run_test(size=WIDE) as pilot:
        await enter(pilot, app)
        for down, seen in ((0, "1/2 checks"), (1, "2/2 checks")):
            await shows(pilot, "1/2 checks")
            await pilot.press("3", "end", "enter")
            await until(pilot, lambda: on(app, "ChoiceModal"))
            await pilot.press("home", *["down"] * down, "enter")
            await shows(pilot, seen)


async def test_a_lab_without_a_recording_says_which_command_makes_one(tmp_path: Path) -> None:
    app = make_tour(TourBackend(tmp_path))
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: getattr(app.screen, "stops", None))
        labs = await TourBackend(tmp_path).labs("en")
        if missing := [lab.id for lab in labs if not lab.recorded]:
            with pytest.raises(UsageError, match="There is no recording") as caught:
                await app.backend.open(missing[0], "en")
            assert f"`meshlab record {missing[0]}`" in caught.value.hint


@pytest.mark.parametrize(("language", "says"), [("en", "or watch a recorded lab: `meshlab tour`"), ("zh", "也可以先看录制")])
async def test_without_an_engine_home_names_the_tour(language: Language, says: str) -> None:
    class Recorded(ScriptedBackend):
        async def labs(self, language: Language) -> list[LabSummary]:
            return [replace(lab, recorded=True) for lab in await super().labs(language)]

    backend = Recorded()
    backend.problem = True
    app = make_app(backend=backend, language=language)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "docker.sock", says, "`meshlab tour 2-router-mesh`")
        assert say("tour.mark", language) not in screen_text(app), "what is live is not marked"


@pytest.mark.parametrize(
    ("language", "recorded", "complete"),
    [("en", "recorded on", "every cell is measured"), ("zh", "录制于", "每个格子都已测量")],
)
async def test_the_comparison_is_filled_from_the_recordings(
    tmp_path: Path, language: Language, recorded: str, complete: str
) -> None:
    app = make_tour(TourBackend(tmp_path, pace=Pace(0)), language)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: getattr(app.screen, "stops", None))
        await pilot.press("v")
        await shows(pilot, recorded, complete, "138.6 MiB", "84.0 s")
        await marked(pilot, app)


@pytest.mark.parametrize(("language", "measured"), [("en", "by pod"), ("zh", "各 Pod 收到")])
async def test_the_result_of_a_choice_shows_what_was_measured(tmp_path: Path, language: Language, measured: str) -> None:
    app = make_tour(TourBackend(tmp_path, pace=Pace(0)), language, lab="0-client-library")
    async with app.run_test(size=WIDE) as pilot:
        await solved(pilot, app, "balance")
        await pilot.press("e")
        await until(pilot, lambda: on(app, "ExperimentScreen"))
        await until(pilot, lambda: app.screen.query("GuidePage > *"))
        await pilot.press("enter")
        await shows(pilot, f"{measured} 40/0", f"{measured} 20/20")


async def test_the_shell_says_in_chinese_that_there_is_no_cluster(backend: TourBackend) -> None:
    app = make_tour(backend, "zh")
    async with app.run_test(size=WIDE) as pilot:
        await enter(pilot, app)
        await shows(pilot, "这是录制回放", "命令无法运行")
