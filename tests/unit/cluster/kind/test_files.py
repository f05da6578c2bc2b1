"""The files of a cluster of our own."""

from __future__ import annotations

from pathlib import Path

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind.files import OwnFiles

SPEC = ClusterSpec(name="a", node_image="kindest/node:v1.34.2")


def test_own_files_know_an_unfinished_creation(tmp_path: Path) -> None:
    files = OwnFiles(tmp_path / "a")
    assert (files.ours, files.incomplete) == (False, False)
    files.begin(SPEC)
    assert (files.ours, files.incomplete) == (True, True)
    assert files.spec() == SPEC
    files.complete()
    assert (files.ours, files.incomplete) == (True, False)
    (files.folder / "kubeconfig.lock").touch()
    (files.folder / ".kubeconfig.17.abc.tmp").touch()
    files.write_kubeconfig(b"secret")
    assert files.kubeconfig.stat().st_mode & 0o777 == 0o600
    files.remove()
    assert not files.folder.exists()


def test_other_files_in_the_folder_are_left(tmp_path: Path) -> None:
    files = OwnFiles(tmp_path / "a")
    files.begin(SPEC)
    (files.folder / "lock").touch()
    files.remove()
    assert [one.name for one in files.folder.iterdir()] == ["lock"]
