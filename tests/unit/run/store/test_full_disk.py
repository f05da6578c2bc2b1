"""A disk that is full: a sentence, and no progress lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.program import Done, Program

LAB = ("--lab", "2-router-mesh")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A state folder on a disk of its own of 128 KiB."""
    folder = tmp_path / "state"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k,mode=0700", "none", str(folder)], capture_output=True, text=True, check=False
    )
    if os.geteuid() or mounted.returncode:
        pytest.skip(f"a disk of its own needs root, and leave to mount: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all that is left."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as stream:
        for size in (4096, 1):
            while _written(stream.fileno(), size):
                pass
    return file


def _written(handle: int, size: int) -> bool:
    try:
        return os.write(handle, b"x" * size) > 0
    except OSError:
        return False


def says_it(done: Done) -> None:
    assert done.code == 4, done.err
    assert "The disk is full: " in done.err
    assert "Free some space" in done.err
    assert "Traceback" not in done.err
    assert "internal error" not in done.err


def test_an_answer_that_cannot_be_kept_is_said_and_all_before_it_stays(small: Path) -> None:
    program = Program(small)
    program.ok(*LAB, "answer", "east-west-calls", "6")
    before = program.ok(*LAB, "status", "--format", "json").json()["status"]
    filler = fill(small)
    # The page of the log that is there already may take some more answers.
    refused = next(done for done in (program.run(*LAB, "answer", "east-west-calls", "7" * 400) for _ in range(40)) if done.code)
    says_it(refused)
    there = program.ok(*LAB, "status", "--format", "json").json()["status"]
    assert there["events"] >= before["events"]
    assert not there.get("damaged")
    filler.unlink()
    program.ok(*LAB, "answer", "caller-of-legacy", "pricing")
    after = program.ok(*LAB, "status", "--format", "json").json()["status"]
    assert after["events"] == there["events"] + 1
    assert set(after["answers"]) == {"east-west-calls", "caller-of-legacy"}


def test_a_lab_is_not_begun_on_a_full_disk(small: Path) -> None:
    fill(small)
    says_it(Program(small, {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}).run("start", "2-router-mesh"))
    # The log of meshlab may have found its folder, though no room for a line.
    assert {file.name for file in small.iterdir()} - {"logs"} == {"filler"}
