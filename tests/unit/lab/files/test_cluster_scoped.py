"""Which kinds have a namespace."""

from __future__ import annotations

from meshlab.lab.files.cluster_scoped import namespaced


def test_cluster_scope_depends_on_the_group() -> None:
    assert not namespaced("v1", "Node")
    assert namespaced("example.com/v1", "Node")
    assert namespaced("apps/v1", "Deployment")
