"""What a learner does, key by key, over the scripted run."""

from __future__ import annotations

from typing import Any, cast

import pytest
from textual.pilot import Pilot

from meshlab.check.verdict import Outcome
from meshlab.errors import EngineError, LockedError
from meshlab.run.api import FaultState, Language
from meshlab.tui.app import MeshlabApp
from meshlab.tui.base.panes import PANES
from meshlab.tui.experiment.screen import ExperimentScreen
from meshlab.tui.experiment.timeline import Timeline
from meshlab.tui.lab.screen import LabScreen
from meshlab.tui.lab.scrollback import ScrollbackScreen, find
from meshlab.tui.lab.topology.widget import TopologyView
from meshlab.tui.preparing.screen import PreparingScreen
from meshlab.tui.trace.screen import TraceScreen
from meshlab.tui.widgets.guide import CodeFence
from meshlab.tui.widgets.shell import ShellPane
from tests.tui.helpers import FakeShell, make_app, on, says, screen_text, shows, until
from tests.tui.screens import counted, open_lab
from tests.tui.scripted import ScriptedBackend, ScriptedRun

WIDE = (120, 34)


async def enter_lab(pilot: Pilot[Any], run: ScriptedRun) -> LabScreen:
    app = cast("MeshlabApp", pilot.app)
    await open_lab(pilot, app, run)
    assert isinstance(app.screen, LabScreen)
    return app.screen


async def test_prepare_check_turns_green_next() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        lab = await enter_lab(pilot, run)
        await shows(pilot, "2/4 checks", "did not pass router", "needs first")
        await pilot.press("n")
        await says(pilot, "not done yet")
        assert "next" not in run.calls
        run.set("catalog-routed", Outcome.PASS)
        run.set("all-routed", Outcome.PASS)
        await pilot.press("c")
        await shows(pilot, "4/4 checks", "Done. n goes on")
        await pilot.press("n")
        await until(pilot, lambda: lab.page_step == "canary")
        await shows(pilot, "3/6 Canary", "step 3/6", "17 % of the calls")


async def test_after_green_the_reference_stands_beside_the_learners_own() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        lab = await enter_lab(pilot, run)
        await shows(pilot, "2/4 checks")
        await pilot.press("d")
        await says(pilot, "opens when the step is done")
        assert app.screen is lab
        run.set("catalog-routed", Outcome.PASS)
        run.set("all-routed", Outcome.PASS)
        await pilot.press("c")
        await shows(pilot, "4/4 checks")
        await pilot.press("d")
        await shows(pilot, "The reference beside yours", "selector:")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is lab)


async def test_the_watcher_turns_a_check_green_by_itself() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await shows(pilot, "2/4 checks")
        run.tell("catalog-routed", Outcome.PASS)
        await shows(pilot, "3/4 checks")
        assert "check" not in run.calls


async def test_going_on_in_the_shell_moves_the_guide() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        lab = await enter_lab(pilot, run)
        run.current = "canary"
        run.tell("weights", Outcome.FAIL, "share.off")
        await until(pilot, lambda: lab.page_step == "canary")


async def test_coming_back_continues_at_the_step() -> None:
    run = ScriptedRun(current="policy")
    app = make_app(run, lab="2-router-mesh")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: on(app, "LabScreen"))
        await shows(pilot, "4/6 Close the bypass")
        await pilot.press("l")
        await until(pilot, lambda: on(app, "HomeScreen"))
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "LabScreen"))
        await shows(pilot, "4/6 Close the bypass")


async def test_after_a_lab_is_done_the_road_leads_on() -> None:
    backend = ScriptedBackend()
    app = make_app(backend=backend)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "1/3 labs", "you are here", "⏎ goes on at step 2 of 6")
        await enter_lab(pilot, backend.run)
        backend.passed = True
        await pilot.press("l")
        await shows(pilot, "2/3 labs", "11 of 16 steps", "⏎ begins it")
        listing = app.screen.query_one("#road")
        assert listing.highlighted == 3  # type: ignore[attr-defined]


async def test_pages_can_be_read_up_to_the_current_one() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        lab = await enter_lab(pilot, run)
        await pilot.press("b")
        await shows(pilot, "1/6 Look around", "The shop answers")
        await pilot.press("b")
        await says(pilot, "no page that way")
        await pilot.press("f")
        await until(pilot, lambda: lab.page_step == "router")


async def test_hints_come_one_at_a_time() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("h")
        await shows(pilot, "Hint 1 of 2", "endpointslices")
        await pilot.press("h")
        await shows(pilot, "Hint 2 of 2", "targetPort")
        await pilot.press("h")
        await says(pilot, "no more hints")
        await pilot.press("escape")
        assert not app.screen.query_one("#hint").display
        assert on(app, "LabScreen")


async def test_a_red_check_shows_its_evidence() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("3", "down", "enter")
        await shows(pilot, "Access log of the router", "path.no-proxy")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "LabScreen"))


async def test_a_question_is_answered() -> None:
    run = ScriptedRun(current="look")
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("3", "down", "enter")
        await until(pilot, lambda: on(app, "ChoiceModal"))
        await pilot.press("down", "enter")
        await until(pilot, lambda: run.answers.get("how-many") == "none")
        await shows(pilot, "2/2 checks")


async def test_a_command_comes_into_the_shell_and_does_not_run() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("tab", "enter")
        shell = app.screen.query_one(FakeShell)
        await until(pilot, lambda: shell.pasted)
        assert shell.pasted == ["kubectl -n shop apply -f solve/router/20-direct.yaml"]
        assert shell.environment["KUBECONFIG"].endswith("learner.kubeconfig")
        await until(pilot, lambda: shell.has_focus)


async def test_one_key_after_the_other_brings_a_pages_commands_into_the_shell() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        lab = await enter_lab(pilot, run)
        await shows(pilot, "command 1/2 to the shell")
        assert [fence.has_class("-chosen") for fence in lab.query(CodeFence)] == [True, False]
        await pilot.press("enter")
        shell = app.screen.query_one(FakeShell)
        await until(pilot, lambda: len(shell.pasted) == 1 and shell.has_focus)
        await pilot.press("f2")
        await shows(pilot, "command 2/2 to the shell")
        await pilot.press("enter")
        await until(pilot, lambda: len(shell.pasted) == 2)
        assert shell.pasted[1].startswith("kubectl -n shop patch svc catalog")
        await pilot.press("f2", "b")
        await shows(pilot, "command 1/1 to the shell")


async def test_what_scrolled_out_of_the_shell_is_read_and_searched() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        lab = await enter_lab(pilot, run)
        await pilot.press("f2")
        await until(pilot, lambda: lab.query_one(ShellPane).active)
        await pilot.press("f6")
        await until(pilot, lambda: on(app, "ScrollbackScreen"))
        await shows(pilot, "line 100", "get pods")
        await pilot.press("n")
        await says(pilot, "when something has been looked for")
        await pilot.press("slash", *"LINE 4", "enter")
        await until(pilot, lambda: cast("ScrollbackScreen", app.screen).lines.cursor_location[0] == 48)
        await pilot.press("n", "n", "N")
        await until(pilot, lambda: cast("ScrollbackScreen", app.screen).lines.cursor_location[0] == 47)
        await shows(pilot, "line 48")
        await pilot.press("ctrl+c")
        assert app.clipboard == "line 4"
        await pilot.press("slash", *"nowhere", "enter")
        await says(pilot, "nowhere")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is lab)


async def test_packets_move_only_where_animations_are_wanted() -> None:
    run = ScriptedRun()
    app = make_app(run)
    app.animation_level = "full"
    async with app.run_test(size=(140, 42)) as pilot:
        lab = await enter_lab(pilot, run)
        await counted(pilot, app)
        await shows(pilot, "12/s")
        await until(pilot, lambda: (lab.query_one(TopologyView).tick or 0) > 1)
        await shows(pilot, "•")
        app.animation_level = "none"
        await until(pilot, lambda: lab.query_one(TopologyView).tick is None)
        await until(pilot, lambda: "•" not in screen_text(app))


async def test_a_request_travels_hop_by_hop_where_animations_are_wanted() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=(140, 42)) as pilot:
        await enter_lab(pilot, run)
        app.animation_level = "full"
        await pilot.press("t")
        await until(pilot, lambda: on(app, "TraceScreen") and cast("TraceScreen", app.screen).travelled == 2)
        await until(pilot, lambda: "◆ edge" in screen_text(app) and "ratings v1" not in screen_text(app))
        await shows(pilot, "ratings v1", "http_5xx")
        trace = cast("TraceScreen", app.screen)
        await until(pilot, lambda: trace.travelled is None)
        app.animation_level = "none"
        await pilot.press("t")
        await until(pilot, lambda: len(trace.traces) == 2)
        assert trace.travelled is None


async def test_letters_go_to_the_shell_while_it_has_the_focus() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("f2")
        shell = app.screen.query_one(FakeShell)
        await until(pilot, lambda: shell.has_focus)
        await pilot.press("c", "q", "l", "question_mark", "ctrl+p")
        await until(pilot, lambda: len(shell.typed) == 5)
        assert "check" not in run.calls
        assert on(app, "LabScreen")
        await pilot.press("f2")
        await until(pilot, lambda: not shell.has_focus)
        await pilot.press("c")
        await until(pilot, lambda: "check" in run.calls)


async def test_an_experiment_is_predicted_measured_and_explained() -> None:
    run = ScriptedRun(current="router-dies")
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        run.experiment_gate.clear()
        await pilot.press("e")
        await until(pilot, lambda: on(app, "ExperimentScreen"))
        await shows(pilot, "Who will still reach whom?")
        await pilot.press("down", "right", "space", "right", "right", "right", "space")
        await pilot.press("enter")
        await shows(pilot, "refused", "replicas 1 → 0", "running")
        assert run.predictions["router-down"] == {"cells": [["web", "catalog"], ["web", "reviews"]]}
        run.experiment_gate.set()
        await shows(pilot, "everybody", "20 % of the cells", "catalog → legacy", "everything undone")
        assert "✘!" in screen_text(app)
        assert "✘=" in screen_text(app)
        await shows(pilot, "▲ 3 s  The router is taken away  1 of 26 cells", "= 3 cells as you predicted  ! 23 otherwise")
        await pilot.press("right", "right")
        await shows(pilot, "▲ 5 s  The router is back  26 of 26 cells")
        assert "✘" not in screen_text(app).replace("✘ not reached", "")
        timeline = app.screen.query_one(Timeline)
        await pilot.click(Timeline, offset=(0, 0))
        await until(pilot, lambda: timeline.at == 0)
        await shows(pilot, "◐! 1/2")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "LabScreen"))
        await shows(pilot, "1/1 checks")


async def test_predicting_nothing_is_asked_about() -> None:
    run = ScriptedRun(current="router-dies")
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("e")
        await until(pilot, lambda: on(app, "ExperimentScreen"))
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("n")
        await until(pilot, lambda: on(app, "ExperimentScreen"))
        assert not run.predictions


async def test_a_choice_is_an_experiment_too() -> None:
    run = ScriptedRun(current="bad-line")
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("e")
        await shows(pilot, "Requests go on")
        await pilot.press("down", "enter")
        await until(pilot, lambda: run.predictions.get("bad-line") == {"choice": "frozen"})
        await shows(pilot, "everything undone", "Your prediction was correct: “Requests go on")


async def test_a_wrong_choice_says_what_was_right() -> None:
    run = ScriptedRun(current="bad-line")
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("e")
        await shows(pilot, "Requests go on")
        await pilot.press("enter")
        await shows(pilot, "You predicted “")


async def test_stopping_an_experiment_undoes_it() -> None:
    run = ScriptedRun(current="bad-line")
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        run.experiment_gate.clear()
        await pilot.press("e")
        await until(pilot, lambda: on(app, "ExperimentScreen"))
        await pilot.press("enter")
        await shows(pilot, "replicas 1 → 0")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("y")
        await until(pilot, lambda: "undone" in run.calls)
        screen = app.screen
        assert isinstance(screen, ExperimentScreen)
        await until(pilot, lambda: screen.progress.state == "asked")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "LabScreen"))


async def test_reset_lists_strays_and_asks() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("r")
        await shows(pilot, "Deployment/shop/my-router")
        await pilot.press("n")
        await until(pilot, lambda: on(app, "LabScreen"))
        assert "reset" not in run.calls
        await pilot.press("r")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("y")
        await until(pilot, lambda: "reset" in run.calls and on(app, "LabScreen"))


async def test_solve_asks_and_turns_green() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("s")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("y")
        await shows(pilot, "4/4 checks")


async def test_a_long_operation_can_be_stopped() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        run.gate.clear()
        await pilot.press("s")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("y")
        await until(pilot, lambda: on(app, "WorkingModal"))
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "ConfirmModal"))
        await pilot.press("y")
        await until(pilot, lambda: on(app, "LabScreen"))
        assert "router" not in run.done


async def test_quitting_in_the_middle_is_refused() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "1/3 labs")
        run.gate.clear()
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "PreparingScreen"))
        await pilot.press("q")
        await says(pilot, "Cancel it first")
        assert app.is_running


async def test_a_failed_preparation_says_so_and_can_be_tried_again() -> None:
    run = ScriptedRun()
    run.prepare_error = EngineError(
        "other", sentence="The engine has no space left.", hint="docker system df shows what takes it."
    )
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "1/3 labs")
        await pilot.press("enter")
        await shows(pilot, "no space left", "docker system df", "container engine could not")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, PreparingScreen) and app.screen.failed)
        run.prepare_error = None
        await pilot.press("r")
        await until(pilot, lambda: on(app, "LabScreen"))


async def test_a_lab_that_cannot_be_opened_is_a_sentence() -> None:
    backend = ScriptedBackend()
    backend.open_error = LockedError("other", sentence="Process 4711 prepares this lab.", hint="Wait for it, or end it.")
    app = make_app(backend=backend)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "1/3 labs")
        await pilot.press("enter")
        await shows(pilot, "Process 4711", "Another meshlab")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "HomeScreen"))


async def test_what_meshlab_itself_does_wrong_is_a_sentence_too() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        run.news.put_nowait(ValueError("[bold]not markup[/oops]"))
        await shows(pilot, "meshlab itself failed", "[bold]not markup[/oops]")


async def test_the_language_changes_at_once() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await shows(pilot, "2/4 checks", "Router mesh")
        await pilot.press("L")
        await shows(pilot, "检查 2/4", "路由器网格", "把路由器放到前面", "没有经过 router", "提示", "拓扑")
        shell = app.screen.query_one(FakeShell)
        assert shell.is_attached
        await pilot.press("L")
        await shows(pilot, "2/4 checks", "Put the router in front")


async def test_one_pane_at_a_time_where_it_is_narrow() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=(80, 24)) as pilot:
        lab = await enter_lab(pilot, run)
        for number, pane in enumerate(PANES):
            if lab.active == "shell":
                await pilot.press("f2")
            await pilot.press(str(number + 1))
            await until(pilot, lambda: lab.pane(lab.active).region.area)
            assert [one for one in PANES if lab.pane(one).region.area] == [pane]


async def test_zoom_shows_one_pane_and_all_again() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        lab = await enter_lab(pilot, run)
        await pilot.press("3", "plus")
        await until(pilot, lambda: lab.pane("checks").region.width == WIDE[0])
        assert not lab.pane("guide").region.area
        await pilot.press("escape")
        await until(pilot, lambda: lab.pane("guide").region.area)


async def test_resizing_at_any_moment() -> None:
    run = ScriptedRun()
    run.red()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        for size in ((80, 24), (40, 12), (200, 60), WIDE):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: app.screen.size == app.size)
            assert app.size == size
        await shows(pilot, "2/4 checks")


async def test_help_names_the_keys_of_the_pane() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("3", "question_mark")
        await shows(pilot, "What this step asks for", "Keys that work here")


async def test_two_traces_can_be_compared() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=(140, 42)) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("t")
        await shows(pilot, "catalog v1")
        await pilot.press("h", *"x-canary: 1", "enter")
        await shows(pilot, "catalog v2", "catalog v1")
        assert run.calls[-1] == "trace  {'x-canary': '1'}"


async def test_the_palette_does_what_keys_do() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("ctrl+p")
        await shows(pilot, "What do you want to do?")
        await pilot.press(*"go to a step")
        await shows(pilot, "go to a step")
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "ChoiceModal"))


async def test_faults_that_are_in_force_are_said() -> None:
    run = ScriptedRun()
    run.faults = (FaultState(id="f1", kind="scale", target="Deployment/router"),)
    app = make_app(run)
    async with app.run_test(size=(140, 42)) as pilot:
        await enter_lab(pilot, run)
        await shows(pilot, "faults in force: 1")


async def test_no_engine_is_a_sentence_and_a_way_on() -> None:
    backend = ScriptedBackend()
    backend.problem = True
    app = make_app(backend=backend)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "No container engine answers", "d shows what to do", "problems: 1")
        await pilot.press("d")
        await shows(pilot, "Start Docker, then press r.")
        backend.problem = False
        await pilot.press("r")
        await shows(pilot, "The Docker engine answers")
        await pilot.press("escape")
        await until(pilot, lambda: on(app, "HomeScreen"))


async def test_quitting_says_what_keeps_running(capsys: pytest.CaptureFixture[str]) -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        await pilot.press("q")
        await until(pilot, lambda: run.closed)
    assert app.return_code == 0
    assert "`meshlab stop` pauses it" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["e", "d", "n"])
async def test_a_dimmed_key_says_why(key: str) -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=WIDE) as pilot:
        await enter_lab(pilot, run)
        before = len(app._notifications)
        await pilot.press(key)
        await until(pilot, lambda: len(app._notifications) == before + 1)


def place_of(app: MeshlabApp, text: str) -> tuple[int, int]:
    """(column, row) where it stands first, a column into it."""
    lines = screen_text(app).splitlines()
    row = next(row for row, line in enumerate(lines) if text in line)
    return lines[row].index(text) + 1, row


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_the_stages_are_compared_from_home(size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.screen.stops)  # type: ignore[attr-defined]
        await shows(pilot, "v Compare")
        await pilot.press("v")
        await until(pilot, lambda: on(app, "CompareScreen"))
        await shows(pilot, "32 cells not measured yet", "Stage 0  Client library", "→ 1-ed")
        await pilot.press("right", "right")
        await shows(pilot, "Stage 2  Router mesh", "50%")
        await pilot.press("left")
        await shows(pilot, "Stage 1  Edge proxy", "step measure, experiment")
        await pilot.press("left", "left")
        await shows(pilot, "Stage 4  Sidecar")
        for stage, title in ((1, "Stage 1  Edge proxy"), (0, "Stage 0  Client library"), (2, "Stage 2  Router mesh")):
            await pilot.click(offset=place_of(app, f"Stage {stage}"))
            await shows(pilot, title)
        assert "istio.io" not in screen_text(app), "what others published is not among the learner's numbers"
        await pilot.press("p")
        await until(pilot, lambda: on(app, "ReadModal"))
        await shows(pilot, "Istio project", "istio.io")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: on(app, "HomeScreen"))


async def test_the_stages_are_compared_from_a_lab_and_from_the_palette() -> None:
    run = ScriptedRun()
    app = make_app(run)
    async with app.run_test(size=(140, 42)) as pilot:
        await enter_lab(pilot, run)
        await shows(pilot, "v Compare")
        await pilot.press("v")
        await until(pilot, lambda: on(app, "CompareScreen"))
        await pilot.press("L")
        await pilot.press("right")
        await shows(pilot, "各阶段并排对照", "路由器", "尚未测量")
        await pilot.press("question_mark")
        await shows(pilot, "爆炸半径")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: on(app, "LabScreen"))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: on(app, "CommandPalette"))
        await pilot.press(*"对照各")
        await until(pilot, lambda: app.screen.query_one("CommandList").option_count == 1)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: on(app, "CompareScreen"))


async def test_without_measuring_labs_the_screen_says_so() -> None:
    from meshlab.lab.comparison import ROWS
    from meshlab.run.compare import Comparison

    class Empty(ScriptedBackend):
        async def comparison(self, language: Language) -> Comparison:
            return Comparison(rows=ROWS, stages=())

    app = make_app(backend=Empty())
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.screen.stops)  # type: ignore[attr-defined]
        await pilot.press("v")
        await shows(pilot, "No lab declares yet what it measures")
        await pilot.press("right", "escape")
        await until(pilot, lambda: on(app, "HomeScreen"))


def test_a_search_goes_round() -> None:
    lines = ["one", "Two", "three two", "four"]
    assert find(lines, "two", 3, -1) == (2, 6)
    assert find(lines, "two", 1, -1) == (2, 6)
    assert find(lines, "two", 2, 1) == (1, 0)
    assert find(lines, "four", 3, 1) == (3, 0)
    assert find(lines, "five", 0, -1) is None
    assert find(lines, "", 0, 1) is None
