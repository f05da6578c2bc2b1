"""Equal exactly when the same was declared, whatever the cluster adds by itself."""

from __future__ import annotations

from typing import Any

import pytest

from meshlab.objects import inventory, normal_form
from meshlab.objects.inventory import Scope
from meshlab.objects.names import key_of
from tests.unit.run.fake_controllers import workloads
from tests.unit.run.fake_kube import FakeKube

SCOPE = Scope(namespaces=("shop",))


def obj(kind: str, name: str, version: str = "v1", **rest: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"name": name} | ({} if kind in ("Namespace", "Node", "ClusterRole") else {"namespace": "shop"})
    return {"apiVersion": version, "kind": kind, "metadata": meta | rest.pop("meta", {}), **rest}


@pytest.fixture
def kube() -> FakeKube:
    made = FakeKube(workloads)
    made.add(obj("Namespace", "shop"))
    made.add(obj("Namespace", "kube-system"))
    made.add(obj("Node", "node-1", meta={"labels": {"zone": "a"}}, spec={}))
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "x"}]}}
    made.add(obj("Deployment", "web", "apps/v1", spec={"replicas": 1, "template": template}))
    made.add(obj("Service", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]}))
    made.add(obj("ConfigMap", "routes", data={"a": "1"}))
    return made


CHANGES_OF_THE_CLUSTER = [
    obj("ConfigMap", "kube-root-ca.crt", data={"ca.crt": "x"}),
    obj("ServiceAccount", "default"),
    obj("Secret", "token", type="kubernetes.io/service-account-token"),
    obj("EndpointSlice", "web-x", "discovery.k8s.io/v1"),
    obj("ConfigMap", "child", meta={"ownerReferences": [{"uid": "1"}]}),
    obj("ClusterRole", "meshlab-probe", "rbac.authorization.k8s.io/v1", meta={"labels": {"meshlab.dev/part-of": "meshlab"}}),
]


@pytest.mark.parametrize("made", CHANGES_OF_THE_CLUSTER, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
async def test_what_the_cluster_adds_does_not_count(kube: FakeKube, made: dict[str, Any]) -> None:
    before = await inventory.take(kube, SCOPE)
    kube.add(made)
    assert inventory.diff(before, await inventory.take(kube, SCOPE)) == []


CHANGES_OF_A_PERSON = [
    (obj("ConfigMap", "mine", data={}), "+ ConfigMap shop/mine"),
    (obj("Pod", "debug", spec={}), "+ Pod shop/debug"),
    (obj("ClusterRole", "mine", "rbac.authorization.k8s.io/v1"), "+ ClusterRole mine (rbac.authorization.k8s.io)"),
    (obj("Namespace", "mine"), "+ Namespace mine"),
    (obj("ServiceAccount", "default", automountServiceAccountToken=False), "+ ServiceAccount shop/default"),
    (obj("ConfigMap", "routes", data={"a": "2"}), "~ ConfigMap shop/routes"),
    (obj("Node", "node-1", meta={"labels": {"zone": "b"}}, spec={}), "~ Node node-1"),
]


@pytest.mark.parametrize(("made", "said"), CHANGES_OF_A_PERSON, ids=lambda one: one if isinstance(one, str) else "")
async def test_what_a_person_adds_counts(kube: FakeKube, made: dict[str, Any], said: str) -> None:
    before = await inventory.take(kube, SCOPE)
    kube.add(made)
    after = await inventory.take(kube, SCOPE)
    assert inventory.diff(before, after) == [said]
    assert before.digest != after.digest


async def test_a_removed_object_counts(kube: FakeKube) -> None:
    before = await inventory.take(kube, SCOPE)
    kube.remove(key_of(obj("Service", "web")))
    assert inventory.diff(before, await inventory.take(kube, SCOPE)) == ["- Service shop/web"]


async def test_the_digest_does_not_depend_on_addresses_and_times(kube: FakeKube) -> None:
    before = await inventory.take(kube, SCOPE)

    def assign(service: dict[str, Any]) -> None:
        service["spec"] |= {"clusterIP": "10.96.0.7", "clusterIPs": ["10.96.0.7"]}
        service["spec"]["ports"][0]["nodePort"] = 31234
        service["metadata"]["annotations"] = {"meshlab.dev/nudge": "1"}
        service["status"] = {"loadBalancer": {}}

    def restart(deployment: dict[str, Any]) -> None:
        deployment["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "4"}
        deployment["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": "now"}

    kube.edit("Service", "web", assign)
    kube.edit("Deployment", "web", restart)
    after = await inventory.take(kube, SCOPE)
    assert before.digest == after.digest


def test_a_declared_node_port_counts() -> None:
    live = obj("Service", "edge", spec={"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]})
    other = obj("Service", "edge", spec={"type": "NodePort", "ports": [{"port": 80, "nodePort": 30081}]})
    assert normal_form.normal(live) == normal_form.normal(other)
    assert normal_form.normal(live, declared=live) != normal_form.normal(other, declared=live)


def test_a_headless_service_is_another_service() -> None:
    live = obj("Service", "web", spec={"clusterIP": "10.96.0.1", "ports": []})
    headless = obj("Service", "web", spec={"clusterIP": "None", "ports": []})
    assert normal_form.normal(live) != normal_form.normal(headless)


def test_injected_certificates_do_not_count() -> None:
    bare = {"apiVersion": "a/v1", "kind": "W", "metadata": {"name": "w"}, "webhooks": [{"clientConfig": {"url": "u"}}]}
    filled = {**bare, "webhooks": [{"clientConfig": {"url": "u", "caBundle": "x"}}]}
    assert normal_form.normal(bare) == normal_form.normal(filled)
