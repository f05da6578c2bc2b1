"""Clients of the clusters of a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meshlab.cluster.existing.engine import ContextEngine
from meshlab.run import clients
from tests.unit.run.small_run import shop, small_run


async def test_a_cluster_that_was_made_anew_gets_a_new_client(tmp_path: Path) -> None:
    """Another meshlab may do that while this one watches."""
    run = small_run(tmp_path, shop())
    first = await run.kube()
    assert await run.kube() is first
    file = run.cluster_folder / "kubeconfig"
    file.parent.mkdir(parents=True)
    file.write_text("a new one")
    second = await run.kube()
    assert second is not first
    assert await run.kube() is second
    await run.close()


def test_a_context_is_looked_for_in_the_files_that_were_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is left behind in the environment for whatever runs next."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "usual"))
    engine = clients.make("here", f"{tmp_path}/one{os.pathsep}{tmp_path}/two")
    assert isinstance(engine, ContextEngine)
    assert engine.files == [tmp_path / "one", tmp_path / "two"]
    usual = clients.make("here")
    assert isinstance(usual, ContextEngine)
    assert usual.files is None
    assert os.environ["KUBECONFIG"] == str(tmp_path / "usual")
