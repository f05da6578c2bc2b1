"""Whose a field manager is: all that is known of a writer where the API server's audit log cannot be read.

docs/context.md says what follows from that, and what cannot be known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    return OURS if info.capabilities.audit else LEARNERS
