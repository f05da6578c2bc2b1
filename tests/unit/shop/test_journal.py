"""Records on disk: order, bounds, and what a kill leaves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.unit.shop.parts import load

journal: Any = load("journal")


def filled(folder: Path, *numbers: int, **limits: int) -> Any:
    kept = journal.Journal(folder, **limits)
    for number in numbers:
        kept.append(number, t=number * 10)
    return kept


def test_records_come_back_by_number(tmp_path: Path) -> None:
    filled(tmp_path, 3, 1, 2, 12, 9, 10, 11, per_file=10)
    assert [record["seq"] for record in journal.read(tmp_path)] == [1, 2, 3, 9, 10, 11, 12]
    assert [record["seq"] for record in journal.read(tmp_path, 3, 10)] == [3, 9, 10]
    assert journal.read(tmp_path, 10, 10) == [{"seq": 10, "t": 100}]
    assert (journal.first(tmp_path), journal.last(tmp_path)) == (1, 12)


def test_records_since_a_time(tmp_path: Path) -> None:
    filled(tmp_path, *range(1, 30), per_file=10)
    assert [record["seq"] for record in journal.read(tmp_path, since=280)] == [28, 29]
    assert [record["seq"] for record in journal.read(tmp_path, 5, 8, since=70)] == [7, 8]


def test_files_that_are_too_old_are_not_read(tmp_path: Path) -> None:
    filled(tmp_path, *range(1, 20), per_file=10)
    os.utime(journal.files(tmp_path)[0], (50, 50))
    assert [record["seq"] for record in journal.read(tmp_path, since=80)] == list(range(10, 20))


def test_the_oldest_files_go(tmp_path: Path) -> None:
    filled(tmp_path, *range(1, 51), per_file=10, max_files=2)
    assert [record["seq"] for record in journal.read(tmp_path)] == list(range(40, 51))
    assert journal.first(tmp_path) == 40


def test_a_restart_goes_on(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2).close()
    again = journal.Journal(tmp_path)
    assert again.last == 2
    again.append(3, t=0)
    assert [record["seq"] for record in journal.read(tmp_path)] == [1, 2, 3]


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    filled(tmp_path, 1, 2).close()
    (path,) = tmp_path.glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"seq":3,"t":')
    assert journal.last(tmp_path) == 2
    journal.Journal(tmp_path).append(4, t=40)
    assert [record["seq"] for record in journal.read(tmp_path)] == [1, 2, 4]


def test_an_empty_folder(tmp_path: Path) -> None:
    kept = journal.Journal(tmp_path / "new" / "folder")
    assert (kept.last, journal.first(tmp_path / "new" / "folder"), journal.read(tmp_path / "new" / "folder")) == (
        None,
        None,
        [],
    )
