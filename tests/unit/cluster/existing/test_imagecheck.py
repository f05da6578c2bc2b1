"""Which images an existing cluster can pull."""

from __future__ import annotations

from typing import Any

import pytest

from meshlab.cluster.existing import imagecheck
from meshlab.cluster.existing.imagecheck import verdict
from meshlab.errors import EngineError, PreparationTimeout
from meshlab.lab.address import ObjectRef


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


class OnePod:
    """A cluster whose kubelet says this of the containers of every pod."""

    def __init__(self, *states: dict[str, Any]) -> None:
        self.statuses = [{"name": f"image-{number}", "state": state} for number, state in enumerate(states)]
        self.deleted: list[str] = []

    async def apply(self, obj: dict[str, Any]) -> None:
        return None

    async def get(self, ref: ObjectRef) -> dict[str, Any]:
        return {"status": {"containerStatuses": self.statuses}}

    async def delete(self, ref: ObjectRef, *, grace: int) -> None:
        self.deleted.append(ref.name)


RUNS: dict[str, Any] = {"running": {}}
COMES: dict[str, Any] = {"waiting": {"reason": "ContainerCreating"}}
REFUSED: dict[str, Any] = {"waiting": {"reason": "ErrImagePull", "message": "denied"}}


async def test_images_that_come_are_waited_for_and_the_pod_goes() -> None:
    kube: Any = OnePod(RUNS, RUNS)
    await imagecheck.check(kube, "shop", ["a:1", "b:1"])
    assert len(kube.deleted) == 1


@pytest.mark.parametrize(
    ("second", "error", "match"),
    [(REFUSED, EngineError, "b:1 .denied."), (COMES, PreparationTimeout, r"did not pull b:1 within 0\.01 seconds")],
)
async def test_an_image_that_does_not_come_is_named(
    monkeypatch: pytest.MonkeyPatch, second: dict[str, Any], error: type[Exception], match: str
) -> None:
    monkeypatch.setattr(imagecheck, "WITHIN", 0.01)
    kube: Any = OnePod(RUNS, second)
    with pytest.raises(error, match=match):
        await imagecheck.check(kube, "shop", ["a:1", "b:1"])
    assert len(kube.deleted) == 1
