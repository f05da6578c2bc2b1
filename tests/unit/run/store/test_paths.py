from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from meshlab import files
from meshlab.errors import EnvironmentFault, UsageError
from meshlab.run.store import paths


def test_the_state_folder_is_the_one_given_then_the_environments_then_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHLAB_STATE", str(tmp_path / "env"))
    assert paths.find(tmp_path / "given").root == tmp_path / "given"
    assert paths.find().root == tmp_path / "env"
    monkeypatch.delenv("MESHLAB_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert paths.find().root == paths.default_root()
    assert paths.find().mark() == ""


def test_state_folders_mark_their_clusters(tmp_path: Path) -> None:
    one, other = paths.find(tmp_path / "a"), paths.find(tmp_path / "b")
    assert one.mark() != other.mark()
    assert one.mark() == paths.find(tmp_path / "a").mark() != ""


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


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", ".hidden"])
def test_names_do_not_climb_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        paths.find(tmp_path).run(name)


def test_what_a_killed_writer_left_is_swept_away(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for pid in (dead.pid, os.getpid()):
        (tmp_path / f".x.{pid}.abcd.tmp").write_bytes(b"half")
    files.write(tmp_path / "x", b"data")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f".x.{os.getpid()}.abcd.tmp", "x"])
