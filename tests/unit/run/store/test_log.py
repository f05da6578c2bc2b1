from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshlab.errors import EnvironmentFault
from meshlab.run.store import events
from meshlab.run.store.log import Log


def steps(log: Log) -> list[str]:
    return [event.step for event in log.read() if isinstance(event, events.StepDone)]


def test_appended_events_come_back_and_the_first_line_names_the_schema(tmp_path: Path) -> None:
    log = Log(tmp_path / "runs/x/log.jsonl")
    log.append(events.StepDone(step="a"), events.Moved(step="b"))
    opened, done, moved = log.read()
    assert isinstance(opened, events.Opened)
    assert opened.schema == events.SCHEMA
    assert (done, moved) == (events.StepDone(t=done.t, step="a"), events.Moved(t=moved.t, step="b"))  # type: ignore[union-attr]
    assert log.file.stat().st_mode & 0o777 == 0o600
    assert log.file.parent.stat().st_mode & 0o777 == 0o700


def test_two_logs_of_one_file_see_each_other(tmp_path: Path) -> None:
    one, other = Log(tmp_path / "log"), Log(tmp_path / "log")
    one.append(events.StepDone(step="a"))
    assert steps(other) == ["a"]
    other.append(events.StepDone(step="b"))
    assert steps(one) == ["a", "b"]
    assert one.length == 3


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=400))
def test_a_file_cut_anywhere_keeps_its_whole_lines_and_goes_on(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    file = tmp_path_factory.mktemp("log") / "log"
    Log(file).append(*(events.StepDone(step=f"s{n}") for n in range(6)))
    whole = file.read_bytes()
    file.write_bytes(whole[: min(cut, len(whole))])
    kept = steps(Log(file))
    assert kept == [f"s{n}" for n in range(len(kept))]
    log = Log(file)
    log.append(events.StepDone(step="new"))
    assert steps(log) == [*kept, "new"]
    assert log.damaged == []
    assert isinstance(Log(file).read()[0], events.Opened)


def test_a_damaged_line_in_the_middle_is_skipped_and_said(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.append(events.StepDone(step="a"))
    with log.file.open("ab") as stream:
        stream.write(b'{"event":"step-do\0\0\n[1]\n')
    log.append(events.StepDone(step="b"))
    assert steps(log) == ["a", "b"]
    assert log.damaged == [3, 4]


def test_events_of_a_newer_meshlab_are_kept_and_counted(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.append(events.StepDone(step="a"))
    line = b'{"event":"teleported","t":1.0,"where":"moon"}'
    with log.file.open("ab") as stream:
        stream.write(line + b'\n{"event":"moved","t":2.0,"step":"b","by":"a newer key"}\n')
    found = log.read()
    assert found[2] == events.Unknown("teleported", line)
    assert found[3] == events.Moved(t=2.0, step="b")
    assert log.damaged == []


def test_a_log_of_a_newer_schema_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b'{"event":"log","schema":99,"version":"9.0"}\n')
    with pytest.raises(EnvironmentFault, match=r"written by meshlab 9\.0"):
        Log(file).read()


def test_a_full_disk_is_said_and_leaves_no_torn_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(tmp_path / "log")
    log.append(events.StepDone(step="a"))
    whole, write = log.file.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    with pytest.raises(EnvironmentFault, match="disk is full") as caught:
        log.append(events.StepDone(step="b"))
    assert "MESHLAB_STATE" in caught.value.hint
    assert log.file.read_bytes() == whole


def _append(file: Path, name: str, times: int) -> None:
    log = Log(file)
    for number in range(times):
        log.append(events.StepDone(step=f"{name}{number}"))


def test_many_processes_append_whole_lines(tmp_path: Path) -> None:
    file = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(file, name, 25)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    log = Log(file)
    found = steps(log)
    assert log.damaged == []
    assert [step for step in found if step.startswith("b")] == [f"b{n}" for n in range(25)]
    assert len(found) == 75
    assert sum(isinstance(event, events.Opened) for event in log.read()) == 1


def test_what_was_appended_survives_a_kill(tmp_path: Path) -> None:
    """The writer prints each step once it is on disk; after SIGKILL at least those are there."""
    script = (
        "import sys; from pathlib import Path\n"
        "from meshlab.run.store import events; from meshlab.run.store.log import Log\n"
        "log, n = Log(Path(sys.argv[1])), 0\n"
        "while True:\n"
        "    log.append(events.StepDone(step=f's{n}')); print(n, flush=True); n += 1\n"
    )
    file = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", script, str(file)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        told += [int(line) for line in writer.stdout.read().split()]
    log = Log(file)
    assert steps(log)[: len(told)] == [f"s{n}" for n in told]
    log.append(events.StepDone(step="after"))
    assert log.damaged == []


async def test_follow_yields_what_others_add(tmp_path: Path) -> None:
    log, other = Log(tmp_path / "log"), Log(tmp_path / "log")
    log.append(events.StepDone(step="old"))
    follow = log.follow(log.length)
    waiting = asyncio.ensure_future(anext(follow))
    await asyncio.sleep(0)
    other.append(events.StepDone(step="new"))
    async with asyncio.timeout(10):
        event = await waiting
    assert isinstance(event, events.StepDone)
    assert event.step == "new"
    await follow.aclose()


def test_a_replaced_file_is_read_anew(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.append(events.StepDone(step="a"), events.StepDone(step="b"))
    generation = (log.read(), log.generation)[1]
    fresh = Log(tmp_path / "other")
    fresh.append(events.StepDone(step="c"))
    fresh.file.replace(log.file)
    assert steps(log) == ["c"]
    assert log.generation > generation


def test_reading_again_costs_no_read_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(tmp_path / "log")
    log.append(events.StepDone(step="a"))
    log.read()
    opened: list[object] = []
    original = Path.open

    def counting(self: Path, *how: Any) -> Any:
        opened.append(self)
        return original(self, *how)

    monkeypatch.setattr(Path, "open", counting)
    log.read()
    assert opened == []
