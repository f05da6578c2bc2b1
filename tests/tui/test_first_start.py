"""The first start: at most three questions, answers that are kept, and what the doctor found with its fixes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from meshlab.cli.options import Options
from meshlab.cluster.kube import kubeconfigs
from meshlab.errors import UsageError
from meshlab.settings import choose
from meshlab.settings.read import read
from meshlab.tui.app import MeshlabApp
from meshlab.tui.backend import Diagnosis, LiveBackend
from meshlab.tui.machine.doctor import to_copy
from meshlab.tui.machine.questions import LiveFirstStart, Surroundings, choices, suggested
from meshlab.tui.preferences import Preferences
from tests.tui.helpers import SIZES, make_app, on, says, screen_text, shows, until
from tests.tui.screens import AROUND, ScriptedFirst, open_lab
from tests.tui.scripted import ScriptedBackend, ScriptedRun

WIDE = (120, 34)
LONELY = replace(AROUND, contexts=())


async def put(pilot: Pilot[Any], question: str) -> None:
    await until(pilot, lambda: getattr(pilot.app.screen, "asked", [])[-1:] == [question], question)
    await pilot.pause()


async def test_three_questions_then_the_road() -> None:
    first = ScriptedFirst()
    app = make_app(first=first)
    async with app.run_test(size=WIDE) as pilot:
        await put(pilot, "language")
        await shows(pilot, "Which language?", "使用哪种语言？", "English", "中文", "Memory")
        await pilot.press("down", "enter")
        await put(pilot, "engine")
        await shows(pilot, "实验在哪里运行？", "Docker 29.1", "kind-mine")
        await pilot.press("enter")
        await put(pilot, "memory")
        await shows(pilot, "15.5 GiB", "让集群继续运行", "节省内存")
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "HomeScreen"))
        await shows(pilot, "路线")
    assert first.answers == [("language", "zh"), ("engine", "kind"), ("memory", "keep")]


async def test_somebody_elses_cluster_asks_for_no_memory() -> None:
    first = ScriptedFirst(questions=("engine", "memory"))
    app = make_app(first=first)
    async with app.run_test(size=WIDE) as pilot:
        await put(pilot, "engine")
        await pilot.press("down", "enter")
        await until(pilot, lambda: on(app, "HomeScreen"))
    assert first.answers == [("engine", "context:kind-mine"), ("memory", "keep")]


async def test_what_has_one_answer_is_not_asked() -> None:
    first = ScriptedFirst(questions=("engine",), around=LONELY)
    app = make_app(first=first)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: first.answers)
        await until(pilot, lambda: on(app, "HomeScreen"))
    assert first.answers == [("engine", "kind")]


async def test_back_leads_to_the_question_before() -> None:
    first = ScriptedFirst(questions=("language", "engine", "memory"), around=LONELY)
    app = make_app(first=first)
    async with app.run_test(size=WIDE) as pilot:
        await put(pilot, "language")
        await pilot.press("enter")
        await put(pilot, "memory")
        await pilot.press("escape")
        await put(pilot, "language")
        await pilot.press("down", "enter")
        await put(pilot, "memory")
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "HomeScreen"))
    assert dict(first.answers) == {"language": "zh", "engine": "kind", "memory": "keep"}


async def test_scarce_memory_is_spared_when_the_learner_leaves() -> None:
    run = ScriptedRun()
    first = ScriptedFirst(questions=("memory",), around=replace(AROUND, memory_gib="4.0", scarce=True))
    app = make_app(backend=ScriptedBackend(run), first=first)
    async with app.run_test(size=WIDE) as pilot:
        await put(pilot, "memory")
        await shows(pilot, "only 4.0 GiB")
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "HomeScreen"))
        await open_lab(pilot, app, run)
        await pilot.press("q")
        await until(pilot, lambda: run.closed)
    assert first.answers == [("memory", "spare")]
    assert run.calls[-1] == "stop"
    assert app.return_code == 0


async def test_without_being_asked_for_the_cluster_runs_on() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await open_lab(pilot, app, run)
        await pilot.press("q")
        await until(pilot, lambda: run.closed)
    assert "stop" not in run.calls


async def test_what_the_doctor_found_comes_next_worst_first_and_can_be_copied() -> None:
    found = (
        Diagnosis("cpus", "ok", "The engine has 8 cores."),
        Diagnosis("inotify", "warning", "inotify allows little.", "sudo sysctl fs.inotify"),
        Diagnosis("kind", "problem", "There is no kind program.", "Run `meshlab setup`: it installs kind."),
    )
    first = ScriptedFirst(questions=("memory",), around=replace(AROUND, findings=found))
    backend = ScriptedBackend()
    backend.problem = True
    app = make_app(backend=backend, first=first)
    async with app.run_test(size=WIDE) as pilot:
        await put(pilot, "memory")
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "DoctorScreen"))
        await shows(pilot, "cannot run on this machine yet", "meshlab tour", "There is no kind program.")
        text = screen_text(app)
        assert text.index("no kind program") < text.index("inotify allows") < text.index("8 cores")
        await pilot.press("y")
        assert app.clipboard == "meshlab setup"
        await says(pilot, "Copied: meshlab setup")
        await pilot.press("down", "y")
        assert app.clipboard == "sudo sysctl fs.inotify"
        await pilot.press("slash", *"cores")
        await until(pilot, lambda: "inotify allows" not in screen_text(app))
        await shows(pilot, "8 cores")
        await pilot.press("escape")
        await shows(pilot, "inotify allows")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "HomeScreen"))
        await shows(pilot, "problems: 1")
        await pilot.press("enter")
        await shows(pilot, "A lab cannot run here yet", "No container engine answers on")
        assert not on(app, "PreparingScreen")
        await pilot.press("n")
        await until(pilot, lambda: on(app, "DoctorScreen"))
        await pilot.press("escape", "enter")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("y")
        await until(pilot, lambda: on(app, "PreparingScreen") or on(app, "LabScreen"))


async def test_nothing_is_asked_where_all_is_known() -> None:
    first = ScriptedFirst(questions=())
    app = make_app(first=first)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.screen.stops)  # type: ignore[attr-defined]
        assert on(app, "HomeScreen")
    assert first.answers == []


async def test_a_lab_that_was_asked_for_follows_the_questions() -> None:
    first = ScriptedFirst(questions=("language",))
    app = make_app(first=first, lab="2-router-mesh")
    async with app.run_test(size=WIDE) as pilot:
        await put(pilot, "language")
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "LabScreen"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_answer_can_be_seen_at_every_size(size: tuple[int, int]) -> None:
    first = ScriptedFirst(around=replace(AROUND, contexts=("kind-mine", "somebody@eu-west.eks")))
    app = make_app(first=first)
    async with app.run_test(size=size) as pilot:
        for question, texts in (
            ("language", ("English", "中文")),
            ("engine", ("kind on Docker", "context kind-mine", "somebody@eu-west.eks")),
            ("memory", ("Keep the cluster", "Free the memory")),
        ):
            await put(pilot, question)
            await shows(pilot, *texts)
            await pilot.press("enter")


def test_no_engine_is_said_and_a_context_is_suggested() -> None:
    around = replace(AROUND, engine="")
    kind, context = choices("engine", around, {})
    assert (kind.value, kind.title) == ("kind", "first.no-engine")
    assert suggested("engine", around, "en") == context.value == "context:kind-mine"
    assert suggested("engine", replace(LONELY, engine=""), "en") == "kind"


def test_commands_of_a_fix_are_copied_without_its_words() -> None:
    assert to_copy("Start it (`sudo systemctl start docker`), then `meshlab doctor`.") == (
        "sudo systemctl start docker\nmeshlab doctor"
    )
    assert to_copy("Restart the engine.") == "Restart the engine."


# --- kept, said, asked again --- #


@pytest.fixture
def nothing_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings, nothing in the environment."""
    for name in ("MESHLAB_LANG", *choose.ENVIRONMENT.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MESHLAB_CONFIG", str(tmp_path))
    return tmp_path / "settings.toml"


def test_answers_are_kept_and_nothing_is_asked_again(nothing_said: Path) -> None:
    options = Options.read(None, None, ())
    assert options.questions == choose.QUESTIONS
    backend = LiveBackend()
    first = LiveFirstStart(options.questions, backend, Preferences(read()))
    for name, value in (("language", "zh"), ("engine", "context:mine"), ("memory", "spare")):
        assert first.answer(name, value) == ""
    assert backend.default_context == "mine"
    again = Options.read(None, None, ())
    assert (again.language, again.engine, again.memory, again.questions) == ("zh", "context:mine", "spare", ())
    assert nothing_said.read_text().count("\n") == 3


def test_flags_and_environment_answer_too(nothing_said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Options.read("en", None, (), engine="kind", memory="keep").questions == ()
    monkeypatch.setenv("MESHLAB_ENGINE", "context:x")
    monkeypatch.setenv("MESHLAB_LANG", "en")
    options = Options.read(None, None, ())
    assert (options.engine, options.questions) == ("context:x", ("memory",))
    assert Options.read(None, None, (), engine="kind").engine == "kind", "a flag goes before the environment"
    assert not nothing_said.exists()
    with pytest.raises(UsageError, match="'podman' is not a valid engine"):
        Options.read(None, None, (), engine="podman")
    with pytest.raises(UsageError, match="'less' is not a valid memory"):
        Options.read(None, None, (), memory="less")


def test_contexts_are_read_from_the_learners_kubeconfig_current_one_first(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("current-context: b\ncontexts: [{name: a, context: {}}, {name: c, context: {}}, {name: b, context: {}}]\n")
    assert kubeconfigs.contexts([file, tmp_path / "none"]) == ["b", "a", "c"]
    file.write_text("{")
    assert kubeconfigs.contexts([file]) == []


async def test_this_machine_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    from meshlab.cluster.doctor import Facts, ask, gather

    async def facts() -> Facts:
        return Facts(engine={"ServerVersion": "5.2", "MemTotal": 4 * 2**30})

    async def name() -> str:
        return "Podman"

    monkeypatch.setattr(gather, "gather", facts)
    monkeypatch.setattr(ask, "engine_name", name)
    monkeypatch.setattr(kubeconfigs, "contexts", lambda: ["a"])
    around = await LiveFirstStart((), LiveBackend(), Preferences()).look("en")
    assert (around.engine, around.contexts, around.memory_gib, around.scarce) == ("Podman 5.2", ("a",), "4.0", True)
    assert around.findings[0].state == "problem"
    assert isinstance(around, Surroundings)
    assert MeshlabApp(ScriptedBackend()).spare is False
