"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from meshlab import files
from meshlab.errors import EnvironmentFault


def test_files_are_for_the_owner_only_and_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "a/b/c.json"
    files.write(file, b"one")
    files.write(file, b"two")
    assert files.read(file) == b"two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["c.json"]
    assert files.read(tmp_path / "nothing") is None


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "may not write"), (errno.EACCES, "may not write"), (errno.EIO, "could not")],
)
def test_a_failed_write_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(handle: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(EnvironmentFault, match=words) as caught:
        files.write(tmp_path / "x", b"data")
    assert "MESHLAB_STATE" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    with pytest.raises(EnvironmentFault, match="cannot be a folder"):
        files.write(tmp_path / "a/b/c", b"")


def test_what_a_killed_writer_left_is_swept_away(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for pid in (dead.pid, os.getpid()):
        (tmp_path / f".x.{pid}.abcd.tmp").write_bytes(b"half")
    files.write(tmp_path / "x", b"data")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f".x.{os.getpid()}.abcd.tmp", "x"])
