"""What a rollout waits for, in a sentence that names the pod and the cause."""

from __future__ import annotations

from typing import Any

import pytest

from meshlab.errors import PreparationTimeout
from meshlab.objects import rollout
from meshlab.objects import rollout as wait
from meshlab.words import Words, tell
from tests.unit.objects.test_apply import deployment
from tests.unit.run.fake_controllers import workloads
from tests.unit.run.fake_kube import FakeKube

READY = {"type": "Ready", "status": "True"}


def web(**status: Any) -> dict[str, Any]:
    full = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    made = deployment()
    made["metadata"]["generation"] = 1
    return made | {"status": full | status}


def pod(name: str = "web-1", **rest: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "shop", "labels": {"app": "web"}} | rest.pop("meta", {})
    return {"kind": "Pod", "metadata": meta, "status": {"podIP": "10.0.0.1"} | rest}


def container(**state: Any) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "app", "image": "shop:1", **state}]}


def told(words: Words | None) -> str:
    return tell(words) if words is not None else ""


def test_done() -> None:
    assert rollout.waits_for(web(), [pod(conditions=[READY])]) is None


@pytest.mark.parametrize(
    ("workload", "pods", "said"),
    [
        (web(observedGeneration=0), [], "its controller has not seen the change"),
        (web(updatedReplicas=0), [], "0 up to date"),
        (web(replicas=2), [], "1 of 1 pods are available"),
        (web(), [pod(meta={"deletionTimestamp": "now"})], "pod web-1 is still ending"),
        (
            web(availableReplicas=0),
            [pod(conditions=[{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available."}])],
            "cannot be scheduled: 0/3 nodes are available",
        ),
        (
            web(availableReplicas=0),
            [pod(**container(state={"waiting": {"reason": "ImagePullBackOff"}}))],
            "container app cannot get the image shop:1 (ImagePullBackOff)",
        ),
        (
            web(availableReplicas=0),
            [pod(**container(state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState={"terminated": {"exitCode": 3}}))],
            "ended with code 3",
        ),
        (
            web(availableReplicas=0, conditions=[{"type": "ReplicaFailure", "status": "True", "message": "denied."}]),
            [],
            "Deployment web: denied",
        ),
        (web(availableReplicas=0), [pod()], "pod web-1 is not ready yet"),
    ],
)
def test_what_it_waits_for(workload: dict[str, Any], pods: list[dict[str, Any]], said: str) -> None:
    assert said in told(rollout.waits_for(workload, pods))


def test_a_paused_rollout_is_the_learners_own_affair() -> None:
    paused = web(updatedReplicas=0)
    paused["spec"]["paused"] = True
    assert rollout.waits_for(paused, []) is None


def slices(*addresses: str) -> list[dict[str, Any]]:
    endpoints = [{"addresses": [one], "conditions": {"ready": True}} for one in addresses]
    return [{"metadata": {"labels": {"kubernetes.io/service-name": "web"}}, "endpoints": endpoints}]


def test_endpoints_are_the_ready_pods() -> None:
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}}}
    there = [pod(conditions=[READY])]
    assert rollout.endpoints_wait_for(service, slices("10.0.0.1"), there) is None
    assert "endpoints" in told(rollout.endpoints_wait_for(service, slices(), there))
    assert "endpoints" in told(rollout.endpoints_wait_for(service, slices("10.0.0.1", "10.0.0.9"), there))
    assert rollout.endpoints_wait_for(service, slices(), [pod()]) is None, "a pod that is not ready has no endpoint"
    assert rollout.endpoints_wait_for({"metadata": {"name": "web"}, "spec": {}}, slices("10.0.0.9"), there) is None


async def test_a_crash_is_told_with_its_last_line() -> None:
    kube = FakeKube(workloads)
    kube.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    kube.add(deployment())
    await wait.settled(kube, ["shop"], 1)
    crashed = container(state={"terminated": {"exitCode": 1, "reason": "Error"}})
    name = next(obj["metadata"]["name"] for obj in kube.store.values() if obj["kind"] == "Pod")
    kube.controllers.clear()
    kube.status("Pod", name, crashed)
    kube.status("Deployment", "web", web(availableReplicas=0)["status"])
    kube.log_text[name] = "starting\nno such route\n\n"
    with pytest.raises(PreparationTimeout, match=r"ended with code 1 \(Error\).*no such route"):
        await wait.settled(kube, ["shop"], 0.3)
