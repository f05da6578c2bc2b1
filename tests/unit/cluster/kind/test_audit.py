"""Audit lines as a kind cluster wrote them (Kubernetes 1.34.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meshlab.cluster.kind.audit import events
from meshlab.cluster.kind.config import audit_policy
from tests.unit.cluster.kind.test_config import spec

LINE = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "level": "Metadata",
    "auditID": "ef0fb3cd-cb4b-4edf-bf6e-45fb9e0d8e91",
    "stage": "ResponseComplete",
    "requestURI": "/apis/storage.k8s.io/v1/storageclasses?fieldManager=kubectl-client-side-apply&fieldValidation=Strict",
    "verb": "create",
    "user": {"username": "kubernetes-admin", "groups": ["kubeadm:cluster-admins", "system:authenticated"]},
    "sourceIPs": ["172.19.0.3"],
    "userAgent": "kubectl/v1.34.2 (linux/amd64) kubernetes/module",
    "objectRef": {"resource": "storageclasses", "name": "standard", "apiGroup": "storage.k8s.io", "apiVersion": "v1"},
    "responseStatus": {"metadata": {}, "code": 201},
    "requestReceivedTimestamp": "2026-11-23T15:24:47.934923Z",
    "stageTimestamp": "2026-11-23T15:24:47.945906Z",
}


def line(**changes: Any) -> str:
    return json.dumps({**LINE, **changes})


def ref(**more: str) -> dict[str, str]:
    return {"resource": "services", "namespace": "shop", "name": "catalog", "apiVersion": "v1", **more}


def test_a_completed_write_is_an_event() -> None:
    [event] = events(line(verb="patch", objectRef=ref(), responseStatus={"code": 200}))
    assert (event.verb, event.api_version, event.kind) == ("patch", "v1", "Service")
    assert (event.namespace, event.name, event.user, event.status) == ("shop", "catalog", "kubernetes-admin", 200)
    assert event.t == 1795447487.945906


def test_groups_and_resources_without_a_known_kind() -> None:
    [event] = events(line())
    assert (event.api_version, event.kind) == ("storage.k8s.io/v1", "storageclasses")


def test_what_did_not_change_anything_is_left_out() -> None:
    for change in ({"stage": "ResponseStarted"}, {"responseStatus": {"code": 409}}, {"responseStatus": {"code": 403}}):
        assert events(line(**change)) == []


def test_subresources_are_told_apart() -> None:
    [event] = events(line(verb="update", objectRef=ref(subresource="status")))
    assert event.kind == "Service/status"


def test_order_is_by_time_and_a_cut_line_waits() -> None:
    later = line(stageTimestamp="2026-11-23T15:24:48.000001Z", objectRef=ref(name="b"))
    text = "\n".join([later, line(objectRef=ref(name="a")), line()[:-30]])
    assert [event.name for event in events(text)] == ["a", "b"]


def decided(policy: dict[str, Any], **request: Any) -> str:
    """The level of the first rule that matches, as the API server decides."""
    for rule in policy["rules"]:
        if "verbs" in rule and request.get("verb") not in rule["verbs"]:
            continue
        if "userGroups" in rule and not set(request.get("groups", ())) & set(rule["userGroups"]):
            continue
        if "users" in rule and request.get("user") not in rule["users"]:
            continue
        if "namespaces" in rule and request.get("namespace", "") not in rule["namespaces"]:
            continue
        if "resources" in rule and not any(
            request.get("group", "") == one["group"] and request["resource"] in one.get("resources", [request["resource"]])
            for one in rule["resources"]
        ):
            continue
        return str(rule["level"])
    return "None"


@pytest.mark.parametrize(
    ("request_", "level"),
    [
        ({"verb": "patch", "resource": "services", "namespace": "shop", "user": "kubernetes-admin"}, "Metadata"),
        ({"verb": "get", "resource": "services", "namespace": "shop", "user": "kubernetes-admin"}, "None"),
        ({"verb": "patch", "resource": "services", "namespace": "other", "user": "kubernetes-admin"}, "None"),
        ({"verb": "patch", "resource": "nodes", "user": "kubernetes-admin"}, "Metadata"),
        ({"verb": "patch", "resource": "nodes", "groups": ["system:nodes"]}, "None"),
        ({"verb": "create", "resource": "pods", "namespace": "shop", "groups": ["system:serviceaccounts:kube-system"]}, "None"),
        ({"verb": "create", "resource": "events", "namespace": "shop", "user": "x"}, "None"),
        ({"verb": "create", "group": "authorization.k8s.io", "resource": "selfsubjectaccessreviews", "user": "x"}, "None"),
        ({"verb": "create", "resource": "pods", "namespace": "shop", "user": "system:serviceaccount:a:learner"}, "Metadata"),
    ],
)
def test_writes_of_people_are_kept_and_those_of_the_system_are_not(request_: dict[str, Any], level: str) -> None:
    assert decided(audit_policy(spec()), **request_) == level
