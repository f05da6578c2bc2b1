"""A script of a submission runs in a closed container."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from meshlab.lab.change.parts import Script
from meshlab.run.accounts import scripts


def a_script(folder: Path, text: str = "echo 1") -> Script:
    path = folder / "10-do.sh"
    path.write_text("not this")
    return Script(path=path, text=text, cluster="main", file="10-do.sh", line=1)


def test_a_script_travels_with_the_files_beside_it_and_nothing_else(tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("of the host")
    step = tmp_path / "step"
    (step / "sub").mkdir(parents=True)
    (step / "sub" / "data.txt").write_text("beside")
    (step / "link").symlink_to(outside)
    with tarfile.open(fileobj=io.BytesIO(scripts.packed(a_script(step), b"config"))) as archive:
        found = {one.name: (archive.extractfile(one) or io.BytesIO()).read() for one in archive.getmembers()}
    assert found == {"kubeconfig": b"config", "files/sub/data.txt": b"beside", "files/10-do.sh": b"echo 1"}


def test_too_much_beside_a_script(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * (scripts.LARGEST + 1))
    with pytest.raises(scripts.ScriptFailed, match="larger than 16 MiB"):
        scripts.packed(a_script(tmp_path), b"")


@pytest.mark.parametrize("flag", ["--read-only", "--cap-drop", "no-new-privileges", "--pids-limit", "--memory", "--user"])
def test_the_container_is_closed(flag: str) -> None:
    assert flag in scripts.LIMITS
