"""What needs no screen: phases, the board, the matrix, the progress of an experiment, wrapping."""

from __future__ import annotations

import pytest

from meshlab.check.verdict import Cell, Outcome
from meshlab.cluster.progress import Progress
from meshlab.report.matrix_text import clip, clip_name, width
from meshlab.report.wrap import wrap
from meshlab.run.api import ExperimentEvent, Matrix
from meshlab.tui.experiment.matrix_rows import MatrixDrawing, matrix_rows, missed, scored, surprises
from meshlab.tui.experiment.progress import ExperimentProgress
from meshlab.tui.experiment.timeline import Frame, frame_at, strip
from meshlab.tui.lab.board import Board
from meshlab.tui.lab.topology.model import plain
from meshlab.tui.preparing.phases import Phase, PhaseTable, bar, clock, window
from meshlab.tui.trace.screen import headers_of
from meshlab.tui.widgets.guide import command_of
from tests.tui.scripted import ScriptedRun
from tests.tui.scripted_samples import broken_matrix, whole_matrix

# --- phases --- #


def table(*events: tuple[Progress, float]) -> PhaseTable:
    made = PhaseTable()
    for event, now in events:
        made.accept(event, now)
    return made


def test_phases_keep_the_order_in_which_they_were_planned() -> None:
    made = table(*((Progress(phase=name, state="planned", estimate=10), 0) for name in "abc"), (Progress(phase="b"), 1))
    assert [(phase.id, phase.state) for phase in made.phases.values()] == [
        ("a", "planned"),
        ("b", "running"),
        ("c", "planned"),
    ]


def test_what_is_left_is_what_estimates_say() -> None:
    made = table(
        (Progress(phase="a", state="planned", estimate=10), 0),
        (Progress(phase="b", state="planned", estimate=30), 0),
        (Progress(phase="a"), 0),
        (Progress(phase="a", state="done", seconds=12), 12),
        (Progress(phase="b"), 12),
    )
    assert made.remaining(20) == 22
    assert made.remaining(100) == 0
    assert made.fraction(20) == pytest.approx(20 / 42)
    assert made.phases["a"].elapsed(50) == 12


def test_without_estimates_phases_are_counted() -> None:
    made = table((Progress(phase="a", state="done"), 0), (Progress(phase="b"), 0))
    assert made.remaining(5) is None
    assert made.fraction(5) == 0.5


def test_what_never_ran_here_is_told_apart_from_what_did() -> None:
    made = table((Progress(phase="a", state="planned", estimate=10), 0), (Progress(phase="b", state="planned"), 0))
    assert (made.remaining(0), made.unknown()) == (10, 1)
    made.accept(Progress(phase="b", state="skipped"), 1)
    assert (made.remaining(1), made.unknown()) == (10, 0)


def many(done: int, of: int) -> list[Phase]:
    return [Phase(str(index), "done" if index < done else "running" if index == done else "planned") for index in range(of)]


@pytest.mark.parametrize("rows", [3, 5, 12])
@pytest.mark.parametrize("done", range(25))
def test_what_happens_now_is_in_sight_and_every_phase_is_counted(done: int, rows: int) -> None:
    phases = many(done, 24)
    seen = window(phases, rows)
    assert [*seen.before, *seen.shown, *seen.after] == phases
    assert bool(seen.before) + len(seen.shown) + bool(seen.after) == rows
    assert phases[min(done, 23)] in seen.shown
    assert len(seen.before) != 1


def test_phases_that_fit_are_all_shown() -> None:
    assert window(many(3, 6), 6).shown == tuple(many(3, 6))


def test_notes_are_the_log_and_outlive_another_try() -> None:
    made = table((Progress(phase="a", state="note", detail="line"), 0))
    made.clear()
    assert list(made.log) == ["line"]
    assert not made.phases


def test_clock_and_bar() -> None:
    assert [clock(seconds) for seconds in (0.4, 61, 725)] == ["0:00", "1:01", "12:05"]
    assert plain([bar(0.5, 4)]) == "━━──"
    assert plain([bar(7, 4)]) == "━━━━"


# --- board --- #


def test_an_older_verdict_never_wins() -> None:
    run = ScriptedRun()
    board = Board(run)
    newer = run.set("router-ready", Outcome.PASS, time=10)
    older = run.set("router-ready", Outcome.FAIL, "object.missing", time=5)
    assert board.accept(newer)
    assert not board.accept(older)
    assert board.verdicts["router-ready"].green


def test_the_same_verdict_twice_changes_nothing() -> None:
    run = ScriptedRun()
    board = Board(run)
    assert board.accept(run.set("router-ready", Outcome.PASS))
    assert not board.accept(run.set("router-ready", Outcome.PASS))


def test_rows_say_why_and_what_blocks() -> None:
    run = ScriptedRun()
    run.red()
    rows = {row.id: row for row in Board(run).rows("router", "en")}
    assert rows["catalog-routed"].state == "fail"
    assert "web to catalog" in rows["catalog-routed"].reason
    assert rows["all-routed"].blocked_by == ("Calls to catalog pass the router",)
    assert Board(run).rows("router", "zh")[1].reason != rows["catalog-routed"].reason


def test_counts_and_done() -> None:
    run = ScriptedRun()
    assert (Board(run).counts(), Board(run).done()) == ((1, 4), False)
    run.green()
    assert (Board(run).counts(), Board(run).done()) == ((4, 4), True)


def test_checks_inside_experiments_are_not_listed() -> None:
    run = ScriptedRun(current="router-dies")
    assert "everyone-reaches" in {check.id for check in run.lab.step_of("everyone-reaches").checks}
    assert Board(run).checks() == ["router-dies-done"]


def test_a_move_elsewhere_is_seen() -> None:
    run = ScriptedRun()
    board = Board(run)
    assert not board.look_again()
    run.current = "canary"
    assert board.look_again()


# --- matrix --- #


def drawing(**fields: object) -> MatrixDrawing:
    matrix = broken_matrix()
    cells = {(cell.row, cell.column): cell for cell in matrix.cells}
    return MatrixDrawing(matrix.rows, matrix.columns, cells, **fields)  # type: ignore[arg-type]


def test_cells_say_what_failed() -> None:
    text = plain(matrix_rows(drawing(), 90)).splitlines()
    assert text[1].split()[:5] == ["edge", "✔", "2/2", "✘", "refused"]
    assert "·" in text[2]


@pytest.mark.parametrize("space", [40, 60, 80, 120])
def test_rows_of_a_matrix_are_equally_wide(space: int) -> None:
    rows = matrix_rows(drawing(predicted=frozenset({("web", "catalog")}), compare=True), space)
    widths = {width("".join(text for text, _ in row)) for row in rows}
    assert len(widths) == 1


def test_surprises_are_what_was_not_predicted() -> None:
    predicted = frozenset((cell.row, cell.column) for cell in broken_matrix().cells if cell.ok == 0)
    assert missed(drawing(predicted=predicted)) == []
    assert missed(drawing(predicted=predicted | {("edge", "web")})) == [("edge", "web")]


def test_each_cell_says_whether_it_was_predicted() -> None:
    predicted = frozenset({("edge", "web"), ("web", "catalog")})
    before = plain(matrix_rows(drawing(predicted=predicted), 90)).splitlines()
    assert (before[1].split()[1], before[2].split()[2]) == ("✔?", "✘?")
    after = plain(matrix_rows(drawing(predicted=predicted, compare=True), 90)).splitlines()
    assert after[1].split()[1:5] == ["✔!", "2/2", "✘!", "refused"]
    assert after[2].split()[2:4] == ["✘=", "refused"]


def test_surprises_are_told_by_caller() -> None:
    found = surprises(drawing(predicted=frozenset({("edge", "web"), ("web", "catalog")})))
    assert found[0] == (True, "catalog", ("legacy", "pricing", "ratings", "reviews", "web"))
    assert found[-1] == (False, "edge", ("web",))
    right, wrong = scored(drawing(predicted=frozenset({("edge", "web"), ("web", "catalog")})))
    assert (right, wrong) == (1, len(broken_matrix().cells) - 1)


def test_a_partly_red_cell_counts_as_red_as_it_is_scored() -> None:
    cells = {("web", "catalog"): Cell(row="web", column="catalog", ok=1, of=2)}
    assert missed(MatrixDrawing(("web",), ("catalog",), cells, frozenset())) == [("web", "catalog")]
    assert missed(MatrixDrawing(("web",), ("catalog",), cells, frozenset({("web", "catalog")}))) == []


def test_probe_stands_for_the_probe_of_every_node() -> None:
    cells = {("probe@n1", "web"): Cell(row="probe@n1", column="web", ok=0, of=2)}
    assert missed(MatrixDrawing(("probe@n1",), ("web",), cells, frozenset({("probe", "web")}))) == []


def test_clipping() -> None:
    assert clip("网格网格", 5) == "网格…"
    assert clip_name("probe@meshlab-main-worker2", 14) == "probe@…worker2"
    assert clip_name("catalog", 20) == "catalog"


# --- progress --- #


def test_the_matrix_that_counts_is_the_disturbed_one() -> None:
    progress = ExperimentProgress()
    progress.start()
    for kind, matrix in (("matrix", whole_matrix()), ("fault", None), ("matrix", broken_matrix()), ("undo", None)):
        progress.accept(ExperimentEvent(experiment="x", kind=kind, matrix=matrix))  # type: ignore[arg-type]
    progress.accept(ExperimentEvent(experiment="x", kind="matrix", matrix=whole_matrix()))
    assert progress.frames[progress.at].matrix == whole_matrix(), "a running experiment is followed"
    progress.accept(ExperimentEvent(experiment="x", kind="finished", result={"score": 0.25}))
    progress.finish()
    assert progress.frames[progress.at].matrix == broken_matrix()
    assert progress.score == 0.25


def test_any_moment_can_be_looked_at_again() -> None:
    progress = ExperimentProgress()
    progress.start()
    for _ in range(3):
        progress.accept(ExperimentEvent(experiment="x", kind="matrix", matrix=whole_matrix()))
    assert progress.at == 2
    progress.choose(progress.at - 1)
    progress.accept(ExperimentEvent(experiment="x", kind="matrix", matrix=broken_matrix()))
    assert progress.at == 1, "what is looked at stays, whatever is measured meanwhile"
    progress.choose(9)
    progress.accept(ExperimentEvent(experiment="x", kind="matrix", matrix=whole_matrix()))
    assert progress.at == 4, "at the end, it is followed again"
    progress.choose(-1)
    assert progress.at == 0


# --- timeline --- #


def frames(*shares: int, phase: str = "down") -> list[Frame]:
    """One cell each, with that many of eight calls through."""
    cells = [Cell(row="web", column="catalog", ok=ok, of=8) for ok in shares]
    return [Frame(Matrix(rows=("web",), columns=("catalog",), cells=(cell,)), phase) for cell in cells]


def test_a_strip_shows_how_much_got_through_and_the_phases() -> None:
    some = [*frames(8, 4, 0), *frames(0, 8, phase="repaired")]
    rows = strip(some, 2, 20)
    assert plain(rows) == "████▅▅▅▅▁▁▁▁▁▁▁▁████\n╵down       ╵repair…"
    assert [frame_at(x, 5, 20) for x in (0, 3, 4, 19, 20)] == [0, 0, 1, 4, None]
    assert [meaning for _, meaning in rows[0]] == ["ok", "warn", "error cursor", "error", "ok"]


def test_a_long_strip_shows_the_worst_of_each_column() -> None:
    rows = strip(frames(*[8] * 9, 0, *[8] * 10), 0, 10)
    assert "".join(text for text, _ in rows[0]) == "████▁█████"
    assert [frame_at(x, 20, 10) for x in (0, 1, 9, 10)] == [0, 2, 18, None]
    assert strip([], 0, 10) == []


def test_what_was_not_measured_has_no_bar() -> None:
    nothing = Matrix(rows=("web",), columns=("catalog",), cells=(Cell(row="web", column="catalog", ok=0, of=0),))
    assert strip([Frame(nothing)], 0, 5)[0] == [("····", "idle cursor")]


# --- text --- #


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("网格网格网格", ["网格网格", "网格"]),
        ("abcdefghijkl", ["abcdefghi", "jkl"]),
        ("", [""]),
    ],
)
def test_wrapping(text: str, lines: list[str]) -> None:
    assert wrap(text, 9) == lines


def test_nothing_is_pasted_with_a_newline_at_its_end() -> None:
    assert command_of("$ kubectl get pods\n") == "kubectl get pods"
    assert command_of("a\nb\n\n") == "a\nb"


def test_headers() -> None:
    assert headers_of("x-canary: k7f2, nonsense, a:b") == {"x-canary": "k7f2", "a": "b"}
