"""What a submission is given: rights that are named, a policy with a sentence for each refusal, a closed container."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError, LabError, RefusedError
from meshlab.lab.address import ObjectRef
from meshlab.lab.load import load_lab
from meshlab.lab.model import Privileges
from meshlab.objects.names import PART_OF, Object, labels_of
from meshlab.run.accounts import submission
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.small_run import write_lab


@pytest.fixture
def objects(tmp_path: Path) -> dict[str, Object]:
    lab = load_lab(write_lab(tmp_path / "pack")).lab
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in submission.objects(lab)}


def rules(objects: dict[str, Object], name: str) -> set[tuple[str, str]]:
    return {(resource, verb) for rule in objects[name]["rules"] for resource in rule["resources"] for verb in rule["verbs"]}


def test_all_of_it_is_meshlabs(objects: dict[str, Object]) -> None:
    assert {labels_of(one)[PART_OF] for one in objects.values()} == {"meshlab"}


@pytest.mark.parametrize(
    "resource",
    ["secrets", "pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "serviceaccounts/token"],
)
def test_no_way_to_secrets_or_into_pods(objects: dict[str, Object], resource: str) -> None:
    both = [*objects["Role/meshlab-submission"]["rules"], *objects["ClusterRole/meshlab-submission"]["rules"]]
    core = {name for rule in both if {"", "*"} & set(rule["apiGroups"]) for name in rule["resources"]}
    assert not {resource, "*", "pods/*"} & core


def test_no_way_to_more_rights(objects: dict[str, Object]) -> None:
    given = rules(objects, "Role/meshlab-submission") | rules(objects, "ClusterRole/meshlab-submission")
    assert {"escalate", "bind", "impersonate", "*"} & {verb for _, verb in given} == set()
    assert {verb for name, verb in given if name in ("clusterroles", "nodes", "namespaces")} == {"get", "list", "watch"}
    assert not {name for name, _ in given} & {"roles", "rolebindings"}


def test_every_refusal_has_its_sentence(objects: dict[str, Object]) -> None:
    found = objects["ValidatingAdmissionPolicy/meshlab-submission"]["spec"]["validations"]
    assert all(one["message"] and one["messageExpression"] for one in found)
    assert len({one["message"] for one in found}) == len(found)
    kinds = {kind for rule in _rules(objects) for kind in rule["resources"]}
    assert {"pods", "deployments", "daemonsets", "statefulsets", "replicasets", "jobs", "cronjobs"} <= kinds


def _rules(objects: dict[str, Object]) -> list[Object]:
    found: list[Object] = objects["ValidatingAdmissionPolicy/meshlab-submission"]["spec"]["matchConstraints"]["resourceRules"]
    return found


def test_what_the_lab_declares_is_in_the_policy(tmp_path: Path) -> None:
    from msgspec.structs import replace

    lab = load_lab(write_lab(tmp_path / "pack")).lab
    declared = replace(lab, privileges=Privileges(capabilities=("NET_ADMIN",), host_ports=(4140,)))
    variables = {one["name"]: one["expression"] for one in submission.policy(declared)[0]["spec"]["variables"]}
    assert json.loads(variables["capabilities"]) == ["NET_BIND_SERVICE", "NET_ADMIN"]
    assert json.loads(variables["ports"]) == [4140]


def test_refusals_become_the_submissions_own_errors() -> None:
    denied = ClusterError(
        "api.refused", what="Applying Pod x", code=422, answer="... denied request: Pod x is privileged.", status=422
    )
    assert str(submission.translated(denied)) == "Pod x is privileged."
    assert isinstance(submission.translated(denied), RefusedError)
    assert isinstance(submission.translated(ClusterError("other", sentence="forbidden", hint="", status=403)), RefusedError)
    assert isinstance(submission.translated(ClusterError("other", sentence="invalid", hint="", status=422)), LabError)
    gone = ClusterError("other", sentence="no answer", hint="")
    assert submission.translated(gone) is gone


class Forbidding(FakeKube):
    """Says no to everything, with a status."""

    code = 403

    async def list(self, ref: ObjectRef) -> list[dict[str, Any]]:
        raise ClusterError("other", sentence="forbidden", hint="", status=self.code)

    async def delete(self, ref: ObjectRef, *, grace: int | None = None, wait: bool = False) -> None:
        raise ClusterError("other", sentence="forbidden", hint="", status=self.code)


async def test_a_client_of_the_account_tells_its_refusals_apart() -> None:
    kube = Forbidding()
    client: Kube = submission.SubmissionKube(kube)
    pods = ObjectRef(kind="Pod", namespace="shop")
    for refused in (client.list(pods), client.delete(pods)):
        with pytest.raises(RefusedError, match="may not do this"):
            await refused
    kube.code = 404
    with pytest.raises(ClusterError):
        await client.list(pods)
    with pytest.raises(LabError):
        await client.delete(pods)
    assert await client.get(ObjectRef(kind="Pod", namespace="shop", name="none")) is None
