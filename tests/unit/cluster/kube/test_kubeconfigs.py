"""Other people's kubeconfigs are read as kubectl reads them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from meshlab.cluster.kube import kubeconfigs
from meshlab.errors import UsageError


def user_file(folder: Path, name: str, **user: str) -> Path:
    file = folder / f"{name}.yaml"
    config = {
        "current-context": "else",
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "mine"}}],
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}", "certificate-authority": "ca.crt"}}],
        "users": [{"name": name, "user": user}],
    }
    file.write_text(yaml.safe_dump(config))
    return file


def test_one_context_is_taken_out_of_many(tmp_path: Path) -> None:
    files = [user_file(tmp_path, "one", token="a"), user_file(tmp_path, "two", **{"client-key": "/abs/key"})]
    found = kubeconfigs.only("two", files)
    assert found["current-context"] == "two"
    assert [one["name"] for one in found["clusters"]] == ["two"]
    assert found["clusters"][0]["cluster"]["certificate-authority"] == str(tmp_path / "ca.crt")
    assert found["users"][0]["user"] == {"client-key": "/abs/key"}
    with pytest.raises(UsageError, match="no kubeconfig context three") as caught:
        kubeconfigs.only("three", files)
    assert caught.value.hint == "Contexts: one, two."


def test_the_users_files_are_found_as_kubectl_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(["/a", "", "/b"]))
    assert kubeconfigs.user_files() == [Path("/a"), Path("/b")]
    monkeypatch.delenv("KUBECONFIG")
    assert kubeconfigs.user_files() == [Path.home() / ".kube" / "config"]


def test_a_context_that_points_nowhere_is_said(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text(json.dumps({"contexts": [{"name": "x", "context": {"cluster": "gone", "user": "gone"}}]}))
    with pytest.raises(UsageError, match="gone"):
        kubeconfigs.only("x", [file])
