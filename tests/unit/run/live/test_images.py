"""The images of a lab, as nodes list them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.check.world import KnownImage
from meshlab.errors import ClusterError
from meshlab.run.live import images
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import small_run


def a_node(*names: list[str]) -> dict[str, Any]:
    status = {"images": [{"names": one, "sizeBytes": 1} for one in names]}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "worker"}, "status": status}


NEW = ["docker.io/library/import-2026-11-25@sha256:1a1a", "docker.io/meshlab/shop:1"]
OLD = ["docker.io/library/import-2026-11-24@sha256:0b0b", "docker.io/meshlab/shop:0"]


async def test_an_image_of_the_lab_is_known_by_what_nodes_list_beside_it(tmp_path: Path) -> None:
    kube = FakeKube()
    run = small_run(tmp_path, kube)
    run.remember({"image_shop": "meshlab/shop:1"})
    assert await images.known(run.clients, run.values, "meshlab/shop") == KnownImage("meshlab/shop:1")
    kube.add(a_node(OLD, NEW))
    assert await images.known(run.clients, run.values, "meshlab/shop") == KnownImage("meshlab/shop:1", ("sha256:1a1a",))
    with pytest.raises(ClusterError, match="no image 'meshlab/netinit'"):
        await images.known(run.clients, run.values, "meshlab/netinit")


def test_the_same_image_may_have_another_content_on_another_node() -> None:
    other = a_node(["docker.io/meshlab/shop:1", "docker.io/meshlab/shop@sha256:2c2c"])
    assert images.contents([a_node(NEW), other], "meshlab/shop:1") == ("sha256:1a1a", "sha256:2c2c")
    assert images.contents([a_node(OLD)], "meshlab/shop:1") == ()
