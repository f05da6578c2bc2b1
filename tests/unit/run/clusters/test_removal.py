"""What `clean` finds: the clusters of everybody who works in this state folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.cluster.api import ClusterSpec
from meshlab.cluster.kind.files import OwnFiles
from meshlab.cluster.programs import ephemeral
from meshlab.run.clusters import removal
from meshlab.run.store import scratch
from meshlab.run.store.paths import Paths


def begun(root: Path, name: str) -> None:
    OwnFiles(Paths(root).cluster(name)).begin(ClusterSpec(name=name, workers=0, node_image="node@sha256:0"))


async def test_clusters_of_grades_proofs_and_recordings_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> dict[str, list[object]]:
        return {}

    async def left() -> list[str]:
        return []

    monkeypatch.setattr(removal, "orphans", none)
    monkeypatch.setattr(ephemeral, "left", left)
    begun(tmp_path, "main")
    for purpose in scratch.PURPOSES:
        with scratch.folder(tmp_path, purpose, "2-router-mesh") as where:
            begun(where.root, f"of-{purpose}")
    found = [one.name for one in await removal.leftovers(Paths(tmp_path))]
    assert found == ["meshlab-main", "meshlab-of-grade", "meshlab-of-prove", "meshlab-of-record"]
