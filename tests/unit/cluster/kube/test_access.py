"""What an account may do in a cluster."""

from __future__ import annotations

from typing import Any

from meshlab.cluster.kube import access
from meshlab.errors import ClusterError


class Rules:
    """A Kube of a user with some rights, behind some admission."""

    def __init__(self, rights: set[str], refused: set[str], nodes: list[dict[str, Any]] | None) -> None:
        self.rights, self.refused, self.nodes = rights, refused, nodes

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if "dryRun" in path:
            container = body["spec"]["containers"][0]
            if self.refused & set(container):
                raise ClusterError("other", sentence="violates PodSecurity", hint="", status=403)
            return body
        asked = body["spec"]["resourceAttributes"]
        return {"status": {"allowed": asked["resource"] in self.rights}}

    async def list(self, ref: Any) -> list[dict[str, Any]]:
        if self.nodes is None:
            raise ClusterError("other", sentence="forbidden", hint="", status=403)
        return self.nodes


async def test_a_user_of_some_namespaces() -> None:
    kube: Any = Rules({"networkpolicies"}, {"ports", "securityContext"}, None)
    found = await access.capabilities(kube, "mine")
    assert (found.scope, found.network_policy, found.host_port, found.net_admin) == ("namespaces", True, False, False)
    assert (found.node_labels, found.node_access, found.nodes) == (False, False, 0)


async def test_an_administrator() -> None:
    taint = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    nodes: list[dict[str, Any]] = [{"spec": {"taints": taint}}, {"spec": {}}, {"spec": {}}]
    kube: Any = Rules({"namespaces", "clusterrolebindings", "nodes", "networkpolicies"}, set(), nodes)
    found = await access.capabilities(kube, "default")
    assert (found.scope, found.node_labels, found.host_port, found.nodes) == ("cluster", True, True, 2)
    assert not found.node_access
