"""Questions to the machine: odd answers give no answer rather than an error."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from meshlab.cluster.doctor import ask


def test_skew_reads_nanoseconds() -> None:
    skew = ask.skew({"SystemTime": "2026-11-23T15:05:27.185495485Z"})
    assert skew is not None


def test_the_engine_tells_its_own_zone() -> None:
    here = datetime.now(timezone(timedelta(hours=2)))
    assert ask.skew({"SystemTime": here.isoformat()}) == pytest.approx(0, abs=60)


@pytest.mark.parametrize("info", [None, {}, {"SystemTime": "yesterday"}])
def test_no_skew_without_a_clock(info: dict[str, str] | None) -> None:
    assert ask.skew(info) is None


def test_free_space_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert (ask.free_gib(tmp_path / "a" / "b") or 0) > 0


def test_a_number_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("many")
    assert ask.number(str(tmp_path / "x")) is None
