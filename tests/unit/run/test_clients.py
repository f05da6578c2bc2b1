"""Clients of the clusters of a run."""

from __future__ import annotations

from pathlib import Path

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
