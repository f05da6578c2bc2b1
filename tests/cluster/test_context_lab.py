"""A whole lab on a cluster that meshlab did not make, by a user who is no admin, with no container engine at hand."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshlab.check.world import Writes
from meshlab.cluster.images import transfer
from meshlab.cluster.images.images import Images
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.track import Track
from meshlab.lab.load import load_lab
from meshlab.run.catalog import RunRequest, make_run
from tests.cluster.conftest import LAB, NUMBER
from tests.cluster.program import ROOT, Program

CLUSTER = "somebodys-lab"
USER = "system:serviceaccount:people:ada"
SPACES = ("meshlab", "shop")
STEPS = ("look", "router", "policy", "bypass")
KINDS = "all,configmaps,serviceaccounts,roles,rolebindings,ingresses,networkpolicies"
# What a recorder of managers alone can and cannot say is asked with these.
REMOVED = '[{"op": "remove", "path": "/spec/template/spec/containers/0/env/0"}]'


@dataclass(frozen=True)
class Theirs:
    """Somebody's cluster: its administrator's kubeconfig, and the one that they gave us."""

    admin: Path
    given: Path

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """By the administrator."""
        argv = ["kubectl", "--kubeconfig", str(self.admin), *arguments]
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=True, timeout=120).stdout

    def apply(self, objects: list[dict[str, Any]]) -> None:
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def contents(self) -> set[str]:
        """Names of all that is in the lab's namespaces, and of what is meshlab's outside."""
        inside = [self.kubectl("get", KINDS, "-n", space, "-o", "name") for space in SPACES]
        outside = self.kubectl("get", "clusterroles,clusterrolebindings", "-l", "meshlab.dev/part-of=meshlab", "-o", "name")
        return {line for text in (*inside, outside) for line in text.split()}


def documented() -> list[dict[str, Any]]:
    """What docs/context.md tells an administrator to apply, for our user."""
    text = (ROOT / "docs" / "context.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.S)
    found = [one for block in blocks for one in yaml.safe_load_all(block.replace("name: ada}", f'name: "{USER}"}}'))]
    for one in found:
        # The name of a binding may be anything; that of the user may not.
        one["metadata"]["name"] = one["metadata"]["name"].replace(":", "-")
    return found


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theirs]:
    folder = tmp_path_factory.mktemp("theirs")
    theirs = Theirs(folder / "admin", folder / "given")
    shape = (
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}, {role: worker}, {role: worker}]\n"
    )
    argv = ["kind", "create", "cluster", "--image", load_pins().images["node"].ref, "--config", "-"]
    own = ["--name", CLUSTER, "--kubeconfig", str(theirs.admin)]
    try:
        subprocess.run([*argv, *own], input=shape, text=True, check=True, timeout=300, capture_output=True)
        asyncio.run(images(folder))
        give(theirs)
        yield theirs
    finally:
        subprocess.run(["kind", "delete", "cluster", *own], check=False, capture_output=True)


async def images(folder: Path) -> None:
    """As an administrator would have put them there."""
    ours, names = Images(), ["meshlab/shop", "envoy", "traefik"]
    await ours.ensure(names, Track())
    refs = list((await ours.resolve(names)).values())
    await transfer.load(await containers.nodes(CLUSTER), refs, await containers.facts(), Track(), folder)


def give(theirs: Theirs) -> None:
    """A kubeconfig of a user without any right."""
    theirs.apply(
        [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "people"}},
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ada", "namespace": "people"}},
        ]
    )
    config = yaml.safe_load(theirs.admin.read_text())
    config["users"] = [{"name": "ada", "user": {"token": theirs.kubectl("create", "token", "ada", "-n", "people").strip()}}]
    context = {"cluster": config["clusters"][0]["name"], "user": "ada", "namespace": "shop"}
    config |= {"contexts": [{"name": "theirs", "context": context}], "current-context": "theirs"}
    theirs.given.write_text(yaml.safe_dump(config))


@pytest.fixture(scope="module")
def ada(theirs: Theirs, tmp_path_factory: pytest.TempPathFactory) -> Program:
    environment = {"KUBECONFIG": str(theirs.given), "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    return Program(tmp_path_factory.mktemp("state"), environment)


def start(program: Program, lab: str = LAB) -> tuple[int, str]:
    done = program.run("start", lab, "--seed", "7", "--context", "theirs", deadline=300)
    return done.code, done.err


def test_what_is_not_there_is_refused_before_anything_starts(theirs: Theirs, ada: Program) -> None:
    every = documented()
    theirs.apply([one for one in every if one["kind"] == "Namespace"])
    code, said = start(ada)
    assert code == 4, said
    theirs.apply([one for one in every if "edge" not in one["metadata"]["name"]])
    before = theirs.contents()
    code, said = start(ada)
    assert code == 4, said
    assert "Role shop/edge" in said
    assert "docs/context.md" in said
    code, said = start(ada, "1-edge-proxy")
    assert code == 4, said
    assert "scope: cluster" in said
    assert theirs.contents() == before


def test_the_whole_lab(theirs: Theirs, ada: Program) -> None:
    theirs.apply(documented())
    before = theirs.contents()
    code, said = start(ada)
    assert code == 0, said
    for step in STEPS:
        ada.ok("solve", step)
    every = load_lab(ROOT / "labs" / LAB).lab
    lasting = [one.id for step in every.steps if step.id in STEPS for one in step.checks if one.role != "phase"]
    done = ada.run("check", "--wait", "--format", "json", *lasting)
    assert {one["check"]: one["outcome"] for one in done.json()["verdicts"] if one["outcome"] != "pass"} == {}
    one_experiment(ada)
    whose_writes(ada)
    ada.ok("reset", "look", "--yes")
    fresh = ada.run("check", "two-through-router", "--format", "json").json()["verdicts"]
    assert [one["reason"] for one in fresh] == ["path.no-proxy"]
    ada.ok("down")
    assert theirs.contents() == before
    assert list((ada.state / "clusters").glob("*/kubeconfig")) == []


def one_experiment(ada: Program) -> None:
    """The one or the other, with every commit."""
    name = ("bad-line", "bad-line-and-restart")[NUMBER % 2]
    asked = load_lab(ROOT / "labs" / LAB).lab.all_experiments()[name].prediction
    assert asked is not None
    assert asked.equals is not None
    done = ada.ok("experiment", name, "--choice", asked.equals, "--format", "jsonl")
    last = json.loads(done.out.splitlines()[-1])["event"]
    assert (last["kind"], last["result"]["score"]) == ("finished", 1.0), last


def whose_writes(ada: Program) -> None:
    """What meshlab solved for the learner is the learner's, its faults are its own, a removal is nobody's."""
    ada.ok("shell", "--", "kubectl", "set", "env", "deployment/pricing", "MINE=1")
    ada.ok("shell", "--", "kubectl", "patch", "deployment", "web", "--type", "json", "-p", REMOVED)
    ada.ok("shell", "--", "kubectl", "delete", "networkpolicy", "--all")

    async def look() -> Writes:
        run = make_run(RunRequest(lab=LAB, state=ada.state))
        try:
            return await (await run.world()).writes("lab-start")
        finally:
            await run.close()

    seen = asyncio.run(look())
    assert seen.complete
    assert users(seen, "update", "Deployment", "pricing") == {"learner"}
    assert users(seen, "update", "Deployment", "web") == {""}
    assert users(seen, "update", "Service", "ratings") == {"learner"}
    assert users(seen, "update", "ConfigMap", "router-config") == {"learner", "meshlab"}
    assert users(seen, "delete", "NetworkPolicy") == {"learner"}
    done = ada.run("check", "apps-not-written", "--format", "json").json()["verdicts"]
    assert [one["reason"] for one in done] == ["writes.too-many"]


def users(seen: Writes, verb: str, kind: str, name: str = "") -> set[str]:
    """Who wrote so."""
    return {one.user for one in seen.writes if (one.verb, one.kind) == (verb, kind) and name in ("", one.name)}
