"""Each forbidden thing of a submission, sent to a real API server: refused, with a sentence of its own."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshlab.cluster.track import Track
from meshlab.errors import RefusedError
from meshlab.lab.change.parts import Script
from meshlab.lab.submission import load_submission
from meshlab.objects import apply
from meshlab.run.accounts import appliers, scripts
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.desired import declared
from meshlab.run.grade import grade
from meshlab.run.grade.grade import GradeRequest
from meshlab.run.run import Run
from meshlab.run.solve import perform
from tests.cluster.conftest import LAB
from tests.cluster.inside import on
from tests.cluster.program import ROOT, Program

Object = dict[str, Any]
CLOSED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def pod(spec: Object | None = None, container: Object | None = None) -> Object:
    inner = {"name": "x", "image": "none", "securityContext": CLOSED} | (container or {})
    meta = {"name": "forbidden", "namespace": "shop"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [inner]} | (spec or {})}


def within(template: Object, kind: str) -> Object:
    """The pod as the template of a workload."""
    inner = {"metadata": {"labels": {"app": "x"}}, "spec": template["spec"]}
    chosen = {"selector": {"matchLabels": {"app": "x"}}, "template": inner}
    job = {"template": {"spec": template["spec"] | {"restartPolicy": "Never"}}}
    specs: dict[str, tuple[str, Object]] = {
        "Deployment": ("apps/v1", chosen),
        "ReplicaSet": ("apps/v1", chosen),
        "DaemonSet": ("apps/v1", chosen),
        "StatefulSet": ("apps/v1", chosen | {"serviceName": "x"}),
        "Job": ("batch/v1", job),
        "CronJob": ("batch/v1", {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": job}}),
    }
    version, spec = specs[kind]
    return {"apiVersion": version, "kind": kind, "metadata": template["metadata"], "spec": spec}


def volume(source: Object) -> Object:
    return pod({"volumes": [{"name": "v", **source}]})


FORBIDDEN: dict[str, tuple[Object, str]] = {
    "privileged": (pod(container={"securityContext": {"privileged": True}}), "privileged container"),
    "privileged-init": (
        pod({"initContainers": [{"name": "i", "image": "none", "securityContext": {"privileged": True}}]}),
        "privileged container",
    ),
    "host-path": (volume({"hostPath": {"path": "/"}}), "hostPath"),
    "nfs": (volume({"nfs": {"server": "x", "path": "/"}}), "volume of a kind"),
    "host-network": (pod({"hostNetwork": True}), "hostNetwork"),
    "host-pid": (pod({"hostPID": True}), "hostPID"),
    "host-ipc": (pod({"hostIPC": True}), "hostIPC"),
    "capability": (pod(container={"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}), "capability"),
    "host-port": (pod(container={"ports": [{"containerPort": 80, "hostPort": 80}]}), "hostPort"),
    "seccomp": (pod({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}), "seccomp"),
}
OUTSIDE: dict[str, Object] = {
    "other-namespace": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "kube-system"}},
    "secret": {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "shop"}},
    "role": {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "mine"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "submission", "namespace": "meshlab"}],
    },
    "namespace": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mine"}},
    "persistent-volume": {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "mine"},
        "spec": {"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/"}},
    },
}


def send(program: Program, *objects: Object) -> None:
    async def work(run: Run) -> None:
        async with appliers.as_submission(run) as acting:
            await apply.objects(await acting(""), objects)

    on(program, work)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_forbidden_pod_is_refused_with_its_sentence(ready: Program, what: str) -> None:
    obj, words = FORBIDDEN[what]
    with pytest.raises(RefusedError) as refused:
        send(ready, obj)
    assert words in refused.value.message
    assert refused.value.message.startswith("Pod forbidden ")


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job", "CronJob"])
def test_a_forbidden_template_is_refused_as_well(ready: Program, kind: str) -> None:
    async def work(run: Run) -> None:
        async with appliers.as_submission(run) as acting:
            for name, (obj, words) in FORBIDDEN.items():
                with pytest.raises(RefusedError) as refused:
                    await apply.objects(await acting(""), [within(obj, kind)])
                assert words in refused.value.message, name
                assert refused.value.message.startswith(f"{kind} forbidden "), name

    on(ready, work)


@pytest.mark.parametrize("what", OUTSIDE)
def test_what_is_outside_the_labs_namespaces_is_refused(ready: Program, what: str) -> None:
    with pytest.raises(RefusedError, match="The submission may not"):
        send(ready, OUTSIDE[what])


def test_what_is_allowed_is_applied(ready: Program) -> None:
    harmless = pod(container={"securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}, "image": "none"})
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "allowed", "namespace": "shop"}}
    send(ready, within(harmless, "Deployment") | {"metadata": {"name": "allowed", "namespace": "shop"}}, config)
    ready.ok("reset", "look", "--yes")


def run_script(program: Program, folder: Path, text: str) -> None:
    path = folder / "10-do.sh"
    path.write_text(text)
    one = Script(path=path, text=text, cluster="main", file=path.name, line=1)
    on(program, lambda run: scripts.untrusted(run)(one))


def test_a_script_cannot_read_the_hosts_files(ready: Program, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    step = tmp_path / "step"
    step.mkdir()
    (step / "link").symlink_to(secret)
    for command in (f"cat {secret}", "cat link", "cat /etc/shadow", "ls /var/run/docker.sock"):
        with pytest.raises(scripts.ScriptFailed) as failed:
            run_script(ready, step, command)
        assert "of the host" not in failed.value.message
        assert "10-do.sh ended with code" in failed.value.message


def test_a_script_is_shut_in(ready: Program, tmp_path: Path) -> None:
    for command in ("touch /etc/x", "mount -t tmpfs x /mnt", "kubectl get secrets", "kubectl -n kube-system get pods"):
        with pytest.raises(scripts.ScriptFailed):
            run_script(ready, tmp_path, command)


def test_a_script_may_use_kubectl_as_the_account(ready: Program, tmp_path: Path) -> None:
    (tmp_path / "beside.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scripted}\n")
    run_script(ready, tmp_path, "set -e\nkubectl apply --server-side -f beside.yaml\nkubectl get configmap scripted")
    run_script(ready, tmp_path, "kubectl auth whoami | grep system:serviceaccount:meshlab:submission")
    ready.ok("reset", "look", "--yes")


def test_a_script_that_never_ends_is_ended(ready: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = scripts.execute

    async def soon(*arguments: Any, **_: Any) -> None:
        await real(*arguments, within=5.0)

    monkeypatch.setattr(scripts, "execute", soon)
    with pytest.raises(scripts.ScriptFailed, match="did not end within 5 seconds"):
        run_script(ready, tmp_path, "while true; do sleep 1; done")


def test_a_grade_of_a_submission_refuses_each_of_them(ready: Program, tmp_path: Path) -> None:
    (tmp_path / "submission.yaml").write_text(f"lab: {LAB}\nseed: 7\n")
    (tmp_path / "look").mkdir()

    async def work(run: Run) -> None:
        async with grade.options_of(run, GradeRequest(lab=LAB, submission=tmp_path)) as options:
            for name, (obj, words) in {**FORBIDDEN, **{name: (obj, "may not") for name, obj in OUTSIDE.items()}}.items():
                (tmp_path / "look" / "10-forbidden.yaml").write_text(yaml.safe_dump(obj))
                found = load_submission(run.loaded, tmp_path, run.values).steps["look"]
                with pytest.raises(RefusedError) as refused:
                    await perform.perform(run, found, options, Track())
                assert words in refused.value.message, name

    on(ready, work)


def test_a_pack_is_not_trusted_either(ready: Program, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    shutil.copytree(ROOT / "labs" / LAB, tmp_path / "pack" / "9-theirs")
    reads = tmp_path / "10-read.sh"
    reads.write_text(f"cat {secret}")
    one = Script(path=reads, text=reads.read_text(), cluster="main", file=reads.name, line=1)

    async def work() -> None:
        run = make_run(RunRequest(lab="9-theirs", state=ready.state, packs=(tmp_path / "pack",)))
        run.remember(make_run(RunRequest(lab=LAB, state=ready.state)).values)
        try:
            for obj, words in FORBIDDEN.values():
                with pytest.raises(RefusedError, match=words):
                    await declared.put(run, {"main": [obj]})
            with pytest.raises(scripts.ScriptFailed) as failed:
                await scripts.trusted(run)(one)
            assert "of the host" not in failed.value.message
        finally:
            await run.close()

    asyncio.run(work())
