"""The log: in the state folder, of several processes, never on stderr, and no reason to fail."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshlab import logs
from meshlab.logs import file as module
from meshlab.logs.file import SharedFile

log = logging.getLogger("meshlab.test")


@pytest.fixture(autouse=True)
def own_level() -> Iterator[None]:
    """The log of other tests is as it was."""
    root, meshlab = logging.getLogger(), logging.getLogger("meshlab")
    handlers, before = list(root.handlers), meshlab.level
    yield
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)
        handler.close()
    meshlab.setLevel(before)


def text(state: Path) -> str:
    return logs.file_in(state).read_text(encoding="utf-8")


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("meshlab.test", logging.INFO, "", 0, message, (), None)


def test_a_line_says_when_who_and_what(tmp_path: Path) -> None:
    logs.begin(tmp_path)
    log.info("the program %s ended after %.1f s", "kind", 2.5)
    line = text(tmp_path)
    assert line.endswith(f"Z INFO    {os.getpid()} meshlab.test: the program kind ended after 2.5 s\n")
    assert logs.file_in(tmp_path).stat().st_mode & 0o777 == 0o600
    assert logs.file_in(tmp_path).parent.stat().st_mode & 0o777 == 0o700


def test_nothing_is_made_before_something_is_said(tmp_path: Path) -> None:
    logs.begin(tmp_path / "state", "meshlab 1: status")
    log.debug("not at this level")
    logs.end("ended with code %d", 0)
    assert not (tmp_path / "state").exists()


def test_what_is_said_stands_between_the_command_and_its_end(tmp_path: Path) -> None:
    logs.begin(tmp_path, "meshlab 1: start")
    log.warning("the engine is slow")
    logs.end("ended with code %d", 4)
    said = [line.partition(": ")[2] for line in text(tmp_path).splitlines()]
    assert said == ["meshlab 1: start", "the engine is slow", "ended with code 4"]


@pytest.mark.parametrize(("wanted", "seen"), [("", "iwe"), ("debug", "diwe"), ("WARNING", "we"), ("loud", "iwe")])
def test_the_environment_says_how_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, seen: str) -> None:
    monkeypatch.setenv(logs.ENVIRONMENT, wanted)
    logs.begin(tmp_path)
    for write, word in ((log.debug, "d"), (log.info, "i"), (log.warning, "w"), (log.error, "e")):
        write(word)
    assert "".join(line.rpartition(" ")[2] for line in text(tmp_path).splitlines()) == seen


def test_warnings_of_other_packages_are_there_and_their_details_are_not(tmp_path: Path) -> None:
    logs.begin(tmp_path)
    logging.getLogger("asyncio").error("Task exception was never retrieved")
    logging.getLogger("httpx2").info("HTTP Request: GET")
    assert "never retrieved" in text(tmp_path)
    assert "HTTP Request" not in text(tmp_path)


def test_it_begins_anew_in_another_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        logs.begin(tmp_path / name)
        log.info("in %s", name)
    assert text(tmp_path / "one").count("\n") == text(tmp_path / "two").count("\n") == 1


def test_no_secret_is_written(tmp_path: Path) -> None:
    logs.begin(tmp_path)
    try:
        raise ValueError("token: abcdefghij")
    except ValueError:
        log.exception("refused with Authorization: Bearer %s", "abcdefghijk")
    assert "abcdefghij" not in text(tmp_path)
    assert "Traceback" in text(tmp_path)


@pytest.mark.parametrize("there", ["a file", "/dev/full"])
def test_a_log_that_cannot_be_written_is_lost_in_silence(
    tmp_path: Path, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that cannot be made, and a full disk."""
    state = tmp_path / "state"
    if there == "a file":
        state.write_text("in the way")
    else:
        logs.file_in(state).parent.mkdir(parents=True)
        logs.file_in(state).symlink_to(there)
    logs.begin(state)
    log.error("lost")
    assert capsys.readouterr() == ("", "")


def test_without_a_log_nothing_goes_to_stderr() -> None:
    code = "import logging, meshlab.logs; logging.getLogger('meshlab.x').error('lost')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == done.stdout == ""


def test_old_parts_are_kept_and_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    handler = SharedFile(tmp_path / "x.log")
    for number in range(200):
        handler.handle(record(f"number {number}"))
    handler.close()
    parts = [tmp_path / f"x.log{end}" for end in (".3", ".2", ".1", "")]
    assert sorted(tmp_path.glob("x.log*")) == sorted([*parts, tmp_path / "x.log.lock"])
    numbers = [int(line.rpartition(" ")[2]) for part in parts for line in part.read_text().splitlines()]
    assert numbers == list(range(numbers[0], 200))
    assert all(part.stat().st_size <= 1000 for part in parts)


MANY = """
import logging, sys
from pathlib import Path
from meshlab.logs import file
file.LARGEST, file.OLDER = 20_000, 60
handler = file.SharedFile(Path(sys.argv[1]))
for number in range(1000):
    handler.handle(logging.LogRecord("meshlab", 20, "", 0, f"{sys.argv[2]} {number}", (), None))
"""


def test_several_processes_lose_nothing_and_tear_nothing_apart(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    writers = [subprocess.Popen([sys.executable, "-c", MANY, str(file), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    lines = [line for part in tmp_path.glob("x.log*") for line in part.read_text().splitlines()]
    assert all(" meshlab: " in line for line in lines)
    assert sorted(line.rpartition(": ")[2] for line in lines) == sorted(f"{name} {i}" for name in "abc" for i in range(1000))
