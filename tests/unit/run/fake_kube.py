"""A cluster in memory that honours the Kube protocol: versions, server-side apply, patches, owners, watches.

`controllers` are called after every write and may write again (see fake_controllers).
"""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import jsonpatch

from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from tests.unit.run import fake_fields

Object = dict[str, Any]
Key = tuple[str, str, str, str]

KINDS: dict[str, list[tuple[str, str, bool]]] = {
    "v1": [
        ("Namespace", "namespaces", False),
        ("Node", "nodes", False),
        ("Pod", "pods", True),
        ("Service", "services", True),
        ("ConfigMap", "configmaps", True),
        ("Secret", "secrets", True),
        ("ServiceAccount", "serviceaccounts", True),
    ],
    "apps/v1": [("Deployment", "deployments", True), ("DaemonSet", "daemonsets", True), ("ReplicaSet", "replicasets", True)],
    "discovery.k8s.io/v1": [("EndpointSlice", "endpointslices", True)],
    "networking.k8s.io/v1": [("NetworkPolicy", "networkpolicies", True)],
    "rbac.authorization.k8s.io/v1": [
        ("Role", "roles", True),
        ("RoleBinding", "rolebindings", True),
        ("ClusterRole", "clusterroles", False),
        ("ClusterRoleBinding", "clusterrolebindings", False),
    ],
    "admissionregistration.k8s.io/v1": [
        ("ValidatingAdmissionPolicy", "validatingadmissionpolicies", False),
        ("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", False),
    ],
}


class FakeKube:
    """`writes` lists every change as (verb, kind, name); `forwards` maps a pod's name to a URL."""

    def __init__(self, *controllers: Callable[[FakeKube], None]) -> None:
        self.store: dict[Key, Object] = {}
        self.writes: list[tuple[str, str, str]] = []
        self.forwards: dict[str, str] = {}
        self.log_text: dict[str, str] = {}
        self.posts: list[tuple[str, Object]] = []
        self.controllers = list(controllers)
        self._versions = itertools.count(1)
        self._watchers: list[tuple[ObjectRef, asyncio.Queue[tuple[str, Object]]]] = []
        self._settling = False

    # What tests put there.
    def add(self, obj: Object) -> Object:
        """As if another client had made it."""
        new = copy.deepcopy(obj)
        new.setdefault("metadata", {}).setdefault("managedFields", [])
        return self._save(new, "create")

    def one(self, kind: str, name: str, namespace: str = "shop") -> Object:
        """A live object; KeyError when it is not there."""
        return next(obj for key, obj in self.store.items() if key[1] == kind and key[3] == name and key[2] in (namespace, ""))

    def edit(self, kind: str, name: str, change: Callable[[Object], Any], *, manager: str = "kubectl-edit") -> Object:
        """As if a person had edited it."""
        old = self.one(kind, name)
        new = copy.deepcopy(old)
        change(new)
        return self._update(old, new, manager)

    # The protocol.
    async def get(self, ref: ObjectRef) -> Object | None:
        await asyncio.sleep(0)
        return copy.deepcopy(self.store.get(_key(ref)))

    async def list(self, ref: ObjectRef) -> list[Object]:
        await asyncio.sleep(0)
        found = [obj for _, obj in sorted(self.store.items()) if _matches(ref, obj)]
        return copy.deepcopy(found)

    async def apply(self, obj: Object, *, manager: str = "meshlab", force: bool = True, dry: bool = False) -> Object:
        await asyncio.sleep(0)
        wanted = copy.deepcopy(obj)
        key = _key_of(wanted)
        self._namespace_must_exist(wanted)
        live = self.store.get(key)
        new = copy.deepcopy(live) if live else {"apiVersion": wanted["apiVersion"], "kind": wanted["kind"], "metadata": {}}
        entries = new["metadata"].get("managedFields") or []
        mine = _fields(entries, manager, "Apply")
        others = [entry for entry in entries if not (entry["manager"] == manager and entry["operation"] == "Apply")]
        declared = fake_fields.paths(wanted)
        elsewhere = {path for entry in others for path in fake_fields.from_v1(entry["fieldsV1"])}
        for path in sorted(mine - declared - elsewhere):
            fake_fields.take_away(new, path)
        new = fake_fields.put(new, wanted)
        others = _taken(others, declared) if force else others
        new["metadata"]["managedFields"] = [_entry(manager, "Apply", declared), *others]
        return copy.deepcopy(new if dry else self._save(new, "patch" if live else "create"))

    async def patch(
        self, ref: ObjectRef, patch: Any, *, kind: str = "merge", subresource: str = "", manager: str = "meshlab"
    ) -> Object:
        await asyncio.sleep(0)
        live = self.store.get(_key(ref))
        if live is None:
            raise ClusterError("other", sentence=f"{ref.kind} {ref.name} is not there.", hint="", status=404)
        ways = {"json": _json_patch, "strategic": _strategic}
        new = ways[kind](live, patch) if kind in ways else merge(copy.deepcopy(live), patch)
        return copy.deepcopy(self._update(live, new, manager))

    async def delete(self, ref: ObjectRef, *, grace: int | None = None, wait: bool = False) -> None:
        await asyncio.sleep(0)
        self.remove(_key(ref))

    async def watch(self, ref: ObjectRef) -> AsyncGenerator[tuple[str, Object], None]:
        queue: asyncio.Queue[tuple[str, Object]] = asyncio.Queue()
        self._watchers.append((ref, queue))
        for obj in await self.list(ref):
            yield "ADDED", obj
        yield "SYNC", {}
        while True:
            yield await queue.get()

    async def logs(self, namespace: str, pod: str, container: str, *, since: float | None = None) -> str:
        return self.log_text.get(f"{pod}/{container}", self.log_text.get(pod, ""))

    async def raw(self, path: str) -> Any:
        await asyncio.sleep(0)
        if path in ("/healthz", "/readyz"):
            return "ok"
        if path == "/apis":
            groups = [version for version in KINDS if "/" in version]
            return {"groups": [{"preferredVersion": {"groupVersion": version}} for version in groups]}
        version = path.removeprefix("/apis/").removeprefix("/api/")
        if version not in KINDS:
            raise ClusterError("other", sentence=f"{path} is not there.", hint="", status=404)
        resources = [
            {"kind": kind, "name": plural, "namespaced": inside, "verbs": ["list", "delete"]}
            for kind, plural, inside in KINDS[version]
        ]
        return {"groupVersion": version, "resources": resources}

    async def post(self, path: str, body: Object) -> Object:
        self.posts.append((path, body))
        if path.endswith("/token"):
            return {"status": {"token": "token"}}
        return body

    @asynccontextmanager
    async def forward(self, namespace: str, pod: str, port: int) -> AsyncIterator[str]:
        if pod not in self.forwards:
            raise ClusterError("other", sentence=f"Pod {pod} cannot be reached.", hint="")
        yield self.forwards[pod]

    async def close(self) -> None:
        return None

    # Inside.
    def remove(self, key: Key) -> None:
        """With all that it owns, and all that is in it when it is a namespace."""
        gone = self.store.pop(key, None)
        if gone is None:
            return
        self.writes.append(("delete", gone["kind"], gone["metadata"]["name"]))
        self._tell("DELETED", gone)
        for other in [other for other, obj in self.store.items() if _belongs(obj, gone)]:
            self.remove(other)
        self._settle()

    def status(self, kind: str, name: str, status: Object, namespace: str = "shop") -> None:
        """What a controller writes: no new generation, no managed fields of a person."""
        obj = self.one(kind, name, namespace)
        if obj.get("status") != status:
            new = copy.deepcopy(obj)
            new["status"] = status
            self._store(new)

    def _update(self, old: Object, new: Object, manager: str) -> Object:
        told = new["metadata"].get("managedFields") != old["metadata"].get("managedFields")
        if not told:
            changed = {path for path in fake_fields.paths(new) if _at(new, path) != _at(old, path)}
            entries = _taken(new["metadata"].get("managedFields") or [], changed)
            mine = _fields(entries, manager, "Update") | changed
            entries = [one for one in entries if not (one["manager"] == manager and one["operation"] == "Update")]
            new["metadata"]["managedFields"] = [*entries, _entry(manager, "Update", mine)] if mine else entries
        return self._save(new, "patch")

    def _save(self, new: Object, verb: str) -> Object:
        key = _key_of(new)
        old = self.store.get(key)
        if old is not None and old == new:
            return old
        meta = new["metadata"]
        meta["uid"] = old["metadata"]["uid"] if old else f"uid-{next(self._versions)}"
        before = old["metadata"]["generation"] if old else 0
        meta["generation"] = before if old and old.get("spec") == new.get("spec") else before + 1
        self.writes.append((verb, new["kind"], meta["name"]))
        stored = self._store(new)
        self._settle()
        return stored

    def _store(self, new: Object) -> Object:
        key = _key_of(new)
        word = "MODIFIED" if key in self.store else "ADDED"
        new["metadata"]["resourceVersion"] = str(next(self._versions))
        self.store[key] = new
        self._tell(word, new)
        return new

    def _settle(self) -> None:
        if self._settling:
            return
        self._settling = True
        try:
            for controller in self.controllers:
                controller(self)
        finally:
            self._settling = False

    def _tell(self, word: str, obj: Object) -> None:
        for ref, queue in self._watchers:
            if _matches(ref, obj) and (not ref.name or ref.name == obj["metadata"]["name"]):
                queue.put_nowait((word, copy.deepcopy(obj)))

    def _namespace_must_exist(self, obj: Object) -> None:
        place = obj["metadata"].get("namespace", "")
        if place and not any(key[1] == "Namespace" and key[3] == place for key in self.store):
            raise ClusterError("other", sentence=f'namespaces "{place}" not found', hint="", status=404)


def merge(into: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(into) if isinstance(into, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def _strategic(live: Any, patch: Any) -> Any:
    """As merge, but items of lists are told by their names, as in pods."""
    if isinstance(live, dict) and isinstance(patch, dict):
        return copy.deepcopy(live) | {key: _strategic(live.get(key), value) for key, value in patch.items()}
    if isinstance(live, list) and isinstance(patch, list) and all(isinstance(one, dict) and "name" in one for one in patch):
        named = {one["name"]: one for one in patch}
        kept = [_strategic(one, named.pop(one["name"])) if one["name"] in named else one for one in copy.deepcopy(live)]
        return [*kept, *named.values()]
    return copy.deepcopy(patch)


def _json_patch(live: Object, operations: list[Object]) -> Object:
    try:
        new: Object = jsonpatch.apply_patch(live, operations)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise ClusterError("other", sentence=f"the server cannot apply the patch: {error}", hint="", status=422) from error
    if new["metadata"].get("resourceVersion") != live["metadata"].get("resourceVersion"):
        raise ClusterError("other", sentence="the object has been modified", hint="", status=409)
    return new


def _at(obj: Any, path: fake_fields.Path) -> Any:
    for part in path:
        if part.startswith("k:"):
            import json

            name = json.loads(part[2:])["name"]
            obj = next((one for one in obj or [] if one.get("name") == name), None)
        else:
            obj = (obj or {}).get(part[2:]) if isinstance(obj, dict) else None
    return obj


def _fields(entries: list[Object], manager: str, operation: str) -> set[fake_fields.Path]:
    return {
        path
        for entry in entries
        if entry["manager"] == manager and entry["operation"] == operation
        for path in fake_fields.from_v1(entry["fieldsV1"])
    }


def _taken(entries: list[Object], paths: set[fake_fields.Path]) -> list[Object]:
    """The entries without these fields; an entry that has none left is gone."""
    left = [entry | {"fieldsV1": fake_fields.to_v1(fake_fields.from_v1(entry["fieldsV1"]) - paths)} for entry in entries]
    return [entry for entry in left if entry["fieldsV1"]]


def _entry(manager: str, operation: str, found: set[fake_fields.Path]) -> Object:
    return {"manager": manager, "operation": operation, "fieldsType": "FieldsV1", "fieldsV1": fake_fields.to_v1(found)}


def _group(version: str) -> str:
    return version.rpartition("/")[0]


def _key(ref: ObjectRef) -> Key:
    return (_group(ref.api_version), ref.kind, ref.namespace, ref.name)


def _key_of(obj: Object) -> Key:
    meta = obj["metadata"]
    return (_group(obj["apiVersion"]), obj["kind"], meta.get("namespace", ""), meta["name"])


def _matches(ref: ObjectRef, obj: Object) -> bool:
    meta = obj["metadata"]
    if (ref.kind, _group(ref.api_version)) != (obj["kind"], _group(obj["apiVersion"])):
        return False
    if ref.namespace not in ("", "*", meta.get("namespace", "")):
        return False
    return all((meta.get("labels") or {}).get(name) == value for name, value in ref.labels.items())


def _belongs(obj: Object, gone: Object) -> bool:
    if gone["kind"] == "Namespace":
        return bool(obj["metadata"].get("namespace") == gone["metadata"]["name"])
    return any(owner.get("uid") == gone["metadata"]["uid"] for owner in obj["metadata"].get("ownerReferences") or [])
