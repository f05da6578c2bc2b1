"""Which images an existing cluster can pull."""

from __future__ import annotations

from typing import Any

import pytest

from meshlab.cluster.existing.imagecheck import verdict


@pytest.mark.parametrize(
    ("container", "known", "why"),
    [
        ({}, False, ""),
        ({"waiting": {"reason": "ContainerCreating"}}, False, ""),
        ({"waiting": {"reason": "ErrImagePull", "message": "no such host"}}, True, "no such host"),
        ({"waiting": {"reason": "CreateContainerConfigError"}}, True, ""),
        ({"terminated": {"exitCode": 0}}, True, ""),
        ({"running": {}}, True, ""),
    ],
)
def test_what_a_kubelet_says_about_an_image(container: dict[str, Any], known: bool, why: str) -> None:
    pod = {"status": {"containerStatuses": [{"name": "image-0", "state": container}]}}
    assert verdict(pod, 0) == (known, why)
