"""CoreDNS as labs need it: answers forgotten after five seconds, so that changed endpoints show soon; one pod, not two."""

from __future__ import annotations

import re

from meshlab.cluster.api import Kube
from meshlab.lab.address import ObjectRef

CACHE_SECONDS = 5
COREFILE = ObjectRef(kind="ConfigMap", namespace="kube-system", name="coredns")
DEPLOYMENT = ObjectRef(api_version="apps/v1", kind="Deployment", namespace="kube-system", name="coredns")


def tuned(corefile: str) -> str:
    """The Corefile with a short cache, everything else as it was."""
    return re.sub(r"(?m)^(\s*)cache\s+\d+", rf"\g<1>cache {CACHE_SECONDS}", corefile)


async def tune_dns(kube: Kube) -> None:
    """Change CoreDNS, once; fine where it is so already. ClusterError."""
    config = await kube.get(COREFILE)
    if config is None:
        return
    before = config.get("data", {}).get("Corefile", "")
    if tuned(before) != before:
        await kube.patch(COREFILE, {"data": {"Corefile": tuned(before)}})
        # Its reload plugin would take up to 45 seconds to see the change; pods that have not started yet just start with it.
        restart = {"metadata": {"annotations": {"meshlab.dev/cache": str(CACHE_SECONDS)}}}
        await kube.patch(DEPLOYMENT, {"spec": {"replicas": 1, "template": restart}})
