"""What is kept of a step's start."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.run.store import inventories
from tests.unit.run.small_run import shop, small_run, started


async def test_a_baseline_says_when_it_has_no_such_kind(tmp_path: Path) -> None:
    run = small_run(tmp_path, shop())
    with pytest.raises(ClusterError, match="no inventory of lab-start"):
        inventories.load(run.folder, "lab-start")
    await started(run)
    found = inventories.load(run.folder, "lab-start")
    assert inventories.select(found, ObjectRef(kind="ConfigMap", name="none"), run.lab) == []
    with pytest.raises(ClusterError, match="kind Lease"):
        inventories.select(found, ObjectRef(kind="Lease"), run.lab)
