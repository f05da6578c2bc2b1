"""The cache of a cluster's DNS is short."""

from __future__ import annotations

from typing import Any

from meshlab.cluster.kind.dns import tune_dns, tuned
from tests.unit.cluster.kube.test_ready import Records

COREFILE = """.:53 {
    errors
    ready
    cache 30 {
       disable success cluster.local
    }
    reload
}
"""


def test_the_cache_is_short_and_nothing_else_changes() -> None:
    assert tuned(COREFILE) == COREFILE.replace("cache 30", "cache 5")
    assert tuned(tuned(COREFILE)) == tuned(COREFILE)


async def test_coredns_is_changed_once() -> None:
    kube: Any = Records(ConfigMap=[{"data": {"Corefile": COREFILE}}])
    await tune_dns(kube)
    assert [kind for kind, _ in kube.patches] == ["ConfigMap", "Deployment"]
    assert kube.patches[1][1]["spec"]["replicas"] == 1
    again: Any = Records(ConfigMap=[{"data": {"Corefile": tuned(COREFILE)}}])
    await tune_dns(again)
    assert again.patches == []
