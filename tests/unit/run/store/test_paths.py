"""The state folder: where it is, and that nothing climbs out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.errors import UsageError
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


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", ".hidden"])
def test_names_do_not_climb_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        paths.find(tmp_path).run(name)
