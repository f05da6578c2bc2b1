"""tour and record by command: lists, errors, exit codes; and no program of a cluster is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from meshlab.cli.main import run as meshlab
from meshlab.errors import ExitCode
from meshlab.lab.catalog import catalog
from meshlab.run import catalog as run_catalog
from meshlab.run.recordings.file import read
from tests.e2e.terminal import Terminal
from tests.tui.recorded import LAB_ID, record, write_lab

ROOT = Path(__file__).parents[3]
LABS = [entry.id for entry in catalog()]


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = ExitCode.PASS) -> tuple[str, str]:
    assert meshlab(list(arguments)) == code
    found = capsys.readouterr()
    return found.out, found.err


def test_the_list_is_data_and_needs_no_program(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path), "MESHLAB_STATE": str(tmp_path / "state")}
    command = [sys.executable, "-m", "meshlab", "tour", "--list", "--format", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    found = msgspec.json.decode(done.stdout)
    assert (found["schema"], found["kind"]) == (1, "tour")
    assert [lab["id"] for lab in found["labs"]] == LABS
    assert {lab["id"] for lab in found["labs"] if lab["recorded"]} == {lab for lab in LABS if run_catalog.has_recording(lab)}


def test_the_list_says_which_command_makes_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run_catalog, "recordings_folder", lambda: tmp_path)
    out, _ = told(capsys, "--lang", "en", "tour", "--list")
    assert all(f"`meshlab record {lab}`" in out for lab in LABS)
    out, _ = told(capsys, "--lang", "zh", "tour", "--list")
    assert out.count("没有录制") == len(LABS)


def test_a_lab_without_one_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run_catalog, "recordings_folder", lambda: tmp_path)
    _, err = told(capsys, "tour", "2", code=ExitCode.USAGE)
    assert "There is no recording of 2-router-mesh." in err
    assert "`meshlab record 2-router-mesh`" in err


async def test_a_recording_of_another_lab_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl.gz"
    await record(file)
    _, err = told(capsys, "tour", "2-router-mesh", "--from", str(file), code=ExitCode.USAGE)
    assert f"is a recording of {LAB_ID}" in err
    _, err = told(capsys, "tour", "--from", str(file), code=ExitCode.USAGE)
    assert "needs a terminal" in err


def test_a_file_that_cannot_be_read_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, err = told(capsys, "tour", "--from", str(tmp_path / "none"), code=ExitCode.USAGE)
    assert "There is no recording" in err


def test_commands_record_into_one_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MESHLAB_STATE", str(tmp_path / "state"))
    pack = write_lab(tmp_path / "pack").folder.parent
    file = tmp_path / "mine.jsonl.gz"
    usual = ["--pack", str(pack), "--lab", LAB_ID, "--record", str(file)]
    for command in (["answer", "how-many", "none"], ["hint"], ["status"]):
        told(capsys, *usual, *command)
    methods = [line.method for line in read(file).lines if hasattr(line, "method")]
    assert methods == ["answer", "hint"]
    _, err = told(capsys, "--lab", "2-router-mesh", "--record", str(file), "status", code=ExitCode.USAGE)
    assert f"is a recording of {LAB_ID}" in err


async def test_from_nothing_to_a_green_step_without_any_program(tmp_path: Path) -> None:
    """In a real terminal, with nothing on the PATH."""
    pack, file = write_lab(tmp_path / "pack").folder.parent, tmp_path / "one.jsonl.gz"
    await record(file)
    environment = {"PATH": str(tmp_path), "MESHLAB_STATE": str(tmp_path / "state"), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "meshlab", "--lang", "en", "--pack", str(pack), "tour", "--from", str(file)]
    terminal = Terminal(command, env=environment)
    terminal.until("1/2 checks", 120)
    assert "RECORDING" in terminal.text.splitlines()[0]
    terminal.send("s")
    terminal.until("y Yes", 60)
    terminal.send("y")
    terminal.until("2/2 checks", 60)
    terminal.send("q")
    assert terminal.wait(60) == 0
    assert not (tmp_path / "state").exists(), "a tour leaves nothing behind"
