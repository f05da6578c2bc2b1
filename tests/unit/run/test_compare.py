"""The comparison is read from the logs of all labs: the last green verdict of each place, with when, seed and run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshlab.check.verdict import Number, Outcome, Reach, Verdict
from meshlab.lab.comparison import ROWS
from meshlab.run.compare import Comparison, Stage, compare
from meshlab.run.store import events
from meshlab.run.store.log import Log
from meshlab.run.store.paths import find

LAB = "2-router-mesh"
T = 1_790_000_000.0
REACH = Reach(("web",), ("catalog", "web"), ((0.0, 1.0),))


def verdict(
    check: str, t: float = T, outcome: Outcome = Outcome.PASS, reach: Reach | None = None, **numbers: Number
) -> Verdict:
    named = {name.replace("_", "-"): number for name, number in numbers.items()}
    return Verdict(check=check, step="x", kind="x", role="goal", outcome=outcome, reason="", time=t, numbers=named, reach=reach)


def finished(experiment: str, phase: str, *verdicts: Verdict) -> events.ExperimentFinished:
    plain: list[Any] = [msgspec.to_builtins(one) for one in verdicts]
    return events.ExperimentFinished(
        experiment=experiment, result={"phases": [{"id": phase, "verdicts": plain}], "finished": T}
    )


COSTS = finished(
    "what-it-costs",
    "measured",
    verdict("router-cost", count=Number(2), memory=Number(34.5, "MiB"), cpu=Number(49.0, "m")),
    verdict("added-latency", added_p50=Number(0.84, "ms", 0.71, 0.97), added_p99=Number(3.9, "ms", 2.1, 6.4)),
)
BEGUN = events.Started(t=T - 60, lab=LAB, seed=7, engine="kind")
READY = events.Prepared(t=T - 50, seconds=3, stand_ins=("envoy",))


def read(state: Path, *some: events.AnyEvent, language: str = "en") -> Stage:
    Log(find(state).run(LAB) / "log.jsonl").append(*some)
    return one(compare(language, state=state))


def one(comparison: Comparison) -> Stage:
    return next(stage for stage in comparison.stages if stage.lab == LAB)


def test_before_anything_is_measured_every_cell_says_what_will_measure_it(tmp_path: Path) -> None:
    comparison = compare("en", state=tmp_path)
    stage = one(comparison)
    assert set(stage.cells) == {row.id for row in ROWS}
    assert all(cell.value is None and cell.lab == LAB and cell.step and cell.seed is None for cell in stage.cells.values())
    assert (stage.cells["cpu"].step, stage.cells["cpu"].experiment) == ("measure", "what-it-costs")
    assert (stage.cells["hops"].step, stage.cells["hops"].experiment) == ("router", "")
    assert set(stage.cells.values()) <= set(comparison.missing)


def test_an_experiments_numbers_fill_their_cells(tmp_path: Path) -> None:
    cells = read(tmp_path, BEGUN, READY, COSTS).cells
    assert [cells[row].value for row in ("proxies", "memory", "cpu", "latency-p50", "latency-p99")] == [2, 34.5, 49, 0.84, 3.9]
    median = cells["latency-p50"]
    assert (median.unit, median.interval, median.time) == ("ms", (0.71, 0.97), T)
    assert (median.seed, median.run, median.engine, median.stand_ins) == (7, T - 60, "kind", ("envoy",))
    assert cells["writes"].value is None


def test_a_blast_radius_has_its_matrix(tmp_path: Path) -> None:
    lost = finished("router-dies", "down", verdict("nobody-reaches", red=Number(0.5), reach=REACH))
    cell = read(tmp_path, BEGUN, lost).cells["blast-radius"]
    assert (cell.value, cell.matrix) == (0.5, REACH)


def test_a_check_that_stands_by_itself(tmp_path: Path) -> None:
    cells = read(tmp_path, BEGUN, events.Judged(verdict=verdict("two-through-router", hops=Number(1)))).cells
    assert (cells["hops"].value, cells["hops"].unit) == (1, "")


@pytest.mark.parametrize(("language", "words"), [("en", "The router"), ("zh", "路由器")])
def test_words_hold_once_their_check_was_green(tmp_path: Path, language: str, words: str) -> None:
    assert read(tmp_path, BEGUN, language=language).cells["policy"].value is None
    value = read(tmp_path, events.Judged(verdict=verdict("every-caller")), language=language).cells["policy"].value
    assert isinstance(value, str)
    assert value.startswith(words)


def test_the_last_measurement_counts_and_what_was_red_measures_nothing(tmp_path: Path) -> None:
    again = finished("what-it-costs", "measured", verdict("router-cost", T + 9, count=Number(1), memory=Number(20.0, "MiB")))
    red = finished("what-it-costs", "measured", verdict("router-cost", T + 20, Outcome.FAIL, count=Number(9)))
    cells = read(tmp_path, BEGUN, COSTS, again, red).cells
    assert (cells["proxies"].value, cells["memory"].value, cells["memory"].time) == (1, 20, T + 9)
    assert cells["cpu"].value is None, "the last measurement did not give it"
    assert cells["latency-p50"].value == 0.84


def test_a_number_keeps_the_seed_of_its_own_run(tmp_path: Path) -> None:
    anew = events.Started(t=T + 100, lab=LAB, seed=8, engine="context")
    hops = events.Judged(verdict=verdict("two-through-router", T + 110, hops=Number(1)))
    cells = read(tmp_path, BEGUN, READY, COSTS, anew, hops).cells
    assert (cells["cpu"].seed, cells["cpu"].engine) == (7, "kind")
    assert (cells["hops"].seed, cells["hops"].engine, cells["hops"].stand_ins) == (8, "context", ())


def test_the_same_check_elsewhere_is_another_measurement(tmp_path: Path) -> None:
    alone = events.Judged(verdict=verdict("router-cost", count=Number(5)))
    elsewhere = finished("one-timeout", "changed", verdict("router-cost", count=Number(6)))
    assert read(tmp_path, BEGUN, alone, elsewhere).cells["proxies"].value is None


def test_a_log_of_an_older_meshlab_measures_nothing(tmp_path: Path) -> None:
    cells = read(tmp_path, BEGUN, finished("what-it-costs", "measured", verdict("router-cost"))).cells
    assert cells["proxies"].value is None
    assert cells["proxies"].time == 0


def test_labs_without_the_block_have_no_column(tmp_path: Path) -> None:
    from tests.unit.run.small_run import write_lab

    pack = tmp_path / "pack"
    write_lab(pack)
    assert "9-small" not in [stage.lab for stage in compare("en", [pack], state=tmp_path).stages]
