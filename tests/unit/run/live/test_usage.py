"""What the kubelets' Summary API says, and what becomes of it where it may not be asked."""

from __future__ import annotations

from typing import Any

import pytest

from meshlab.check.world import Usage, Usages
from meshlab.errors import ClusterError
from meshlab.run.live.usage import containers, of_containers
from tests.unit.check.sim import LAB
from tests.unit.run.fake_kube import FakeKube

SUMMARY: dict[str, Any] = {
    "node": {"nodeName": "worker"},
    "pods": [
        {
            "podRef": {"name": "router-1", "namespace": "shop"},
            "containers": [
                {
                    "name": "envoy",
                    "cpu": {"time": "2026-11-25T18:00:00Z", "usageNanoCores": 5, "usageCoreNanoSeconds": 7_000_000},
                    "memory": {"time": "2026-11-25T18:00:00Z", "workingSetBytes": 18_874_368, "rssBytes": 1},
                },
                {"name": "just-begun", "cpu": {"time": "2026-11-25T18:00:00Z"}, "memory": {}},
            ],
        },
        {
            "podRef": {"name": "other", "namespace": "kube-system"},
            "containers": [
                {
                    "name": "x",
                    "cpu": {"time": "2026-11-25T18:00:00Z", "usageCoreNanoSeconds": 1},
                    "memory": {"workingSetBytes": 1},
                }
            ],
        },
        {"podRef": {"name": "no-containers", "namespace": "shop"}},
    ],
}
ENVOY = Usage(
    namespace="shop", pod="router-1", container="envoy", node="worker", memory=18_874_368, cpu=7_000_000, t=1_795_629_600.0
)


class Kubelets(FakeKube):
    """Answers for its nodes as it is told."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[str] = []
        for name, node in (("router-1", "worker"), ("web-1", "worker"), ("web-2", "other")):
            self.add(
                {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {"name": name, "namespace": "shop"},
                    "spec": {"nodeName": node, "containers": [{"name": "envoy"}]},
                    "status": {"phase": "Running"},
                }
            )

    async def raw(self, path: str) -> Any:
        self.asked.append(path)
        answer = self.answers[path.split("/")[4]]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_container_is_counted_once_both_its_numbers_are_there() -> None:
    assert [one.container for one in containers("worker", SUMMARY)] == ["envoy", "x"]
    assert next(containers("worker", SUMMARY)) == ENVOY


async def test_each_node_with_pods_of_the_lab_is_asked_once() -> None:
    kube = Kubelets({"worker": SUMMARY, "other": {"pods": []}})
    assert await of_containers(kube, LAB) == Usages((ENVOY,))
    assert sorted(kube.asked) == [f"/api/v1/nodes/{node}/proxy/stats/summary" for node in ("other", "worker")]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_kubelet_that_may_not_be_asked_is_named(status: int) -> None:
    kube = Kubelets({"worker": ClusterError("other", sentence="Forbidden.", hint="", status=status), "other": {"pods": []}})
    assert await of_containers(kube, LAB) == Usages((), ("worker",))


async def test_a_kubelet_that_does_not_answer_is_the_environments_fault() -> None:
    kube = Kubelets({"worker": ClusterError("other", sentence="No route to host.", hint=""), "other": {"pods": []}})
    with pytest.raises(ClusterError, match="No route"):
        await of_containers(kube, LAB)
