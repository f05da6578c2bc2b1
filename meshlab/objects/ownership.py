"""Taking fields over from other managers, so that the next server-side apply removes what is not declared.

Server-side apply never removes a field that somebody else set (kubectl edit, kubectl scale, our own patches). Their
entries in managedFields are merged into ours first, as kubectl does it when it moves to server-side apply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshlab.cluster.api import Kube
from meshlab.errors import ClusterError
from meshlab.objects.names import RESTARTED, Object, ref_of

if TYPE_CHECKING:
    from meshlab.cluster.api import ClusterInfo


OURS = "meshlab"
LEARNERS = "meshlab-learner"
"""With which meshlab writes for the learner, where the account alone does not tell."""
CONTROLLERS = {"kube-controller-manager", "kube-scheduler", "kubelet", "kube-apiserver", "pilot-discovery"}
"""Of Kubernetes, and of Istio's control plane."""
_PROXIES = {"traefik", "envoy-gateway", "cluster-autoscaler"}
_ENDINGS = ("-controller", "-controller-manager", "-operator", "-autoscaler", "-webhook")


def who(manager: str) -> str:
    """`learner`, `meshlab`, the controller's name as it is, or "" where nobody is named.

    The lab's namespaces are the learner's while the run lasts: whoever is neither meshlab nor a controller is the learner,
    whatever program they use.
    """
    if not manager or manager == OURS:
        return "meshlab" if manager else ""
    return manager if is_controller(manager) else "learner"


def is_controller(manager: str) -> bool:
    """Whether a program in the cluster writes under this name."""
    return manager in CONTROLLERS | _PROXIES or manager.endswith(_ENDINGS)


def of_learner(info: ClusterInfo) -> str:
    """The field manager of what meshlab writes as the learner: where an audit log names the account, the usual one."""
    return OURS if info.traits.keeps_audit_log else LEARNERS


_RESTART = ("f:spec", "f:template", "f:metadata", "f:annotations", f"f:{RESTARTED}")
"""Left where it is: taking it over would remove it, which is one more rollout."""


def strangers(obj: Object, manager: str = OURS) -> list[dict[str, Any]]:
    """The entries of managedFields that are neither the manager's apply's nor a controller's nor about status."""
    entries = obj["metadata"].get("managedFields") or []
    return [entry for entry in entries if not _ours(entry, manager) and not _left_alone(entry) and _fields(entry)]


def merged(obj: Object, manager: str = OURS) -> list[dict[str, Any]]:
    """managedFields with the strangers' fields in the manager's entry."""
    entries = obj["metadata"].get("managedFields") or []
    mine = [entry for entry in entries if _ours(entry, manager)]
    fields: dict[str, Any] = {}
    for entry in (*mine, *strangers(obj, manager)):
        fields = _union(fields, _fields(entry))
    kept = [entry for entry in entries if _left_alone(entry)]
    about = mine[0] if mine else {"apiVersion": obj["apiVersion"], "fieldsType": "FieldsV1"}
    return [{**about, "manager": manager, "operation": "Apply", "fieldsV1": fields}, *kept]


async def adopt(kube: Kube, obj: Object, manager: str = OURS, *, attempts: int = 5) -> bool:
    """Make one (meshlab) the only manager of what was declared in the live object; whether there was anything to take over."""
    ref = ref_of(obj)
    for attempt in range(attempts):
        if not strangers(obj, manager):
            return attempt > 0
        try:
            await kube.patch(ref, _patch(obj, manager), kind="json")
            return True
        except ClusterError as error:
            # Somebody wrote between our look and our patch: look again.
            if error.status != 409 or attempt == attempts - 1:
                raise
        fresh = await kube.get(ref)
        if fresh is None:
            return True
        obj = fresh
    return True


def _patch(obj: Object, manager: str) -> list[dict[str, Any]]:
    return [
        # The API server refuses an old version with 409.
        {"op": "replace", "path": "/metadata/resourceVersion", "value": obj["metadata"]["resourceVersion"]},
        {"op": "replace", "path": "/metadata/managedFields", "value": merged(obj, manager)},
    ]


def _ours(entry: dict[str, Any], manager: str) -> bool:
    return entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource")


def _left_alone(entry: dict[str, Any]) -> bool:
    return entry.get("subresource") == "status" or entry.get("manager") in CONTROLLERS


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    return _without(entry.get("fieldsV1") or {}, _RESTART)


def _without(tree: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The tree of fields without one field, and without what only led to it."""
    head, rest = path[0], path[1:]
    if head not in tree:
        return tree
    inner = _without(tree[head], rest) if rest else {}
    others = {name: value for name, value in tree.items() if name != head}
    return others | {head: inner} if inner.keys() - {"."} else others


def _union(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both sets of fields: FieldsV1 is a tree of names."""
    names = one.keys() | other.keys()
    return {name: _union(one.get(name) or {}, other.get(name) or {}) for name in sorted(names)}
