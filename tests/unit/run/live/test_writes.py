"""Whose a write is, by an audit log or by a recorder."""

from __future__ import annotations

from meshlab.cluster.api import AuditEvent
from meshlab.objects import ownership
from meshlab.run.live import writes


def test_writes_are_by_the_learner_or_by_meshlab() -> None:
    def event(t: float, user: str, status: int = 200) -> AuditEvent:
        return AuditEvent(t=t, user=user, verb="patch", api_version="v1", kind="Service", name="web", status=status)

    found = writes.of_audit(
        [event(9, "kubernetes-admin"), event(5, "system:serviceaccount:meshlab:learner"), event(1, "x"), event(6, "x", 403)], 2
    )
    assert [(write.t, write.user) for write in found] == [(5, "learner"), (9, "meshlab")]


def recorded(manager: str | None, verb: str = "update", kind: str = "Service") -> str:
    """Whose write that is, by what a recorder tells of it."""
    one = {"t": 3.0, "verb": verb, "kind": kind, "name": "web", "manager": manager}
    kept, complete = writes.of_recorder({"writes": [one, {**one, "t": 1.0}], "complete": True}, 2)
    assert (len(kept), complete) == (1, True)
    return kept[0].user


def test_a_recorder_knows_managers_alone() -> None:
    people = ("kubectl-edit", "kubectl", "helm", "k9s", "node-fetch", "OpenAPI-Generator", ownership.LEARNERS)
    assert {recorded(name) for name in people} == {"learner"}
    assert recorded("meshlab") == "meshlab"
    controllers = ("kube-controller-manager", "traefik", "cert-manager-controller", "pilot-discovery")
    assert [recorded(name) for name in controllers] == list(controllers)


def test_what_a_recorder_does_not_know_is_not_guessed() -> None:
    assert recorded(None) == ""
    assert recorded(None, "delete", "Pod") == "", "controllers delete pods too"
    assert recorded(None, "delete", "ConfigMap") == "learner", "meshlab deletes only before a new baseline"
