"""The account of a submission or a pack: its rights, the policy on its pods, its client."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any

from meshlab import files
from meshlab.cluster.api import ClusterInfo, Kube
from meshlab.cluster.kube.client import KubeClient
from meshlab.cluster.poll import until
from meshlab.errors import ClusterError, EnvironmentFault, LabError, RefusedError
from meshlab.lab.address import ObjectRef
from meshlab.lab.files.content import labs_folder
from meshlab.lab.model import Lab
from meshlab.objects import apply
from meshlab.objects.apply import Applier
from meshlab.objects.names import SYSTEM_NAMESPACE, Object
from meshlab.run.accounts import learner
from meshlab.run.run import Run
from meshlab.run.system import parts
from meshlab.words import Words

NAME = "submission"
USER = parts.SUBMITTER
LIFE = 3600
"""Lifetime of a token in seconds."""
HARMLESS = ("NET_BIND_SERVICE",)
"""Capabilities that a lab need not declare because they give a pod no power over others."""
ROLE_VERBS = ["get", "list", "watch"]
POLICY_WITHIN = 30.0
FILE = "submission.kubeconfig"
DENIED = "denied request: "


def built_in(run: Run) -> bool:
    """Whether the lab came with meshlab, and is trusted."""
    return run.loaded.folder.resolve().is_relative_to(labs_folder().resolve())


def objects(lab: Lab) -> list[Object]:
    """Lists the objects of the account, its rights and its policy."""
    found = parts.read("submission-account")
    for namespace in lab.all_namespaces:
        found += parts.read("submission-rights", namespace=namespace)
    verbs = [*ROLE_VERBS, "create", "update", "patch", "delete"] if lab.privileges.cluster_roles else ROLE_VERBS
    found += parts.read("submission-cluster", role_verbs=json.dumps(verbs))
    return found + policy(lab)


def policy(lab: Lab) -> list[Object]:
    """Makes the policy on its pods, which allows what the lab declares."""
    capabilities = [*HARMLESS, *lab.privileges.capabilities]
    ports = list(lab.privileges.host_ports)
    # CEL reads JSON lists. An empty list has no type, so -1, which no port matches, gives it one.
    return parts.read(
        "submission-policy", capabilities=json.dumps(json.dumps(capabilities)), ports=json.dumps(json.dumps(ports or [-1]))
    )


async def install(kube: Kube, info: ClusterInfo, lab: Lab, folder: Path) -> Path:
    """Creates the account, waits until the policy is in force, writes the kubeconfig (0600).

    Raises EnvironmentFault where meshlab may not limit the account, ClusterError, PreparationTimeout.
    """
    if info.capabilities.scope != "cluster":
        raise EnvironmentFault("submission.unlimited")
    await apply.objects(Applier.of(kube), objects(lab))
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": LIFE}}
    answer = await kube.post(f"/api/v1/namespaces/{SYSTEM_NAMESPACE}/serviceaccounts/{NAME}/token", body)
    file = folder / FILE
    files.write(file, learner.kubeconfig(learner.cluster_of(info), answer["status"]["token"], lab.all_namespaces[0]))
    await _wait_until_in_force(file, lab.all_namespaces[0])
    return file


async def _wait_until_in_force(file: Path, namespace: str) -> None:
    """Waits until the API server enforces the new policy: asks for a pod that the policy must deny."""
    client = KubeClient(file)
    path = f"/api/v1/namespaces/{namespace}/pods?dryRun=All"

    async def pending() -> Words | None:
        try:
            await client.post(path, _forbidden())
        except ClusterError as error:
            if error.status in (0, 401) or error.status >= 500:
                return error.words
            return None if DENIED in error.answer else error.words
        return Words("waits.policy-late")

    try:
        await until(pending, POLICY_WITHIN, what=Words("waits.policy"))
    finally:
        await client.close()


def _forbidden() -> dict[str, Any]:
    container = {"name": "x", "image": "x", "securityContext": {"privileged": True}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "meshlab-asks"}, "spec": {"containers": [container]}}


async def remove(kube: Kube) -> None:
    """Deletes the account. It must go before the policy that limits it."""
    await kube.delete(ObjectRef(namespace=SYSTEM_NAMESPACE, kind="ServiceAccount", name=NAME))


async def account(run: Run, cluster: str) -> Path:
    """Creates the account on a cluster of the run; returns its kubeconfig with a new token."""
    return await install(await run.kube(cluster), await run.info(cluster), run.lab, run.folder_of(cluster))


class SubmissionKube:
    """A Kube whose refusals become errors of the submission: of every write, and of reads that are forbidden."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube

    async def get(self, ref: ObjectRef) -> dict[str, Any] | None:
        with _translating_forbidden():
            return await self._kube.get(ref)

    async def list(self, ref: ObjectRef) -> list[dict[str, Any]]:
        with _translating_forbidden():
            return await self._kube.list(ref)

    async def apply(
        self, obj: dict[str, Any], *, manager: str = "meshlab", force: bool = True, dry: bool = False
    ) -> dict[str, Any]:
        with _translating_all():
            return await self._kube.apply(obj, manager=manager, force=force, dry=dry)

    async def patch(
        self, ref: ObjectRef, patch: Any, *, kind: str = "merge", subresource: str = "", manager: str = "meshlab"
    ) -> dict[str, Any]:
        with _translating_all():
            return await self._kube.patch(ref, patch, kind=kind, subresource=subresource, manager=manager)

    async def delete(self, ref: ObjectRef, *, grace: int | None = None, wait: bool = False) -> None:
        with _translating_all():
            await self._kube.delete(ref, grace=grace, wait=wait)

    def watch(self, ref: ObjectRef) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
        return self._kube.watch(ref)

    async def logs(self, namespace: str, pod: str, container: str, *, since: float | None = None) -> str:
        return await self._kube.logs(namespace, pod, container, since=since)

    async def raw(self, path: str) -> Any:
        return await self._kube.raw(path)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._kube.post(path, body)

    def forward(self, namespace: str, pod: str, port: int) -> AbstractAsyncContextManager[str]:
        return self._kube.forward(namespace, pod, port)

    async def close(self) -> None:
        await self._kube.close()


@contextmanager
def _translating_forbidden() -> Iterator[None]:
    try:
        yield
    except ClusterError as error:
        if error.status != 403:
            raise
        raise translated(error) from error


@contextmanager
def _translating_all() -> Iterator[None]:
    try:
        yield
    except ClusterError as error:
        raise translated(error) from error


def translated(error: ClusterError) -> Exception:
    """Turns what the API server refused into an error of the submission; returns any other error unchanged."""
    _, denied, sentence = error.answer.partition(DENIED)
    if denied:
        return RefusedError("submission.denied", sentence=sentence.strip())
    if error.status == 403:
        return RefusedError("submission.forbidden", why=error)
    if error.status in (400, 404, 422):
        return LabError(error.message, hint="`kubectl apply --dry-run=server` on your own cluster says the same.")
    return error
