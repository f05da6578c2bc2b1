"""How labs name things: one object, one endpoint. What is left out takes the lab's defaults."""

from __future__ import annotations

from msgspec import Struct, field


class ObjectRef(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True, kw_only=True):
    """One Kubernetes object, or all that carry `labels` when `name` is empty."""

    cluster: str = ""
    namespace: str = ""
    api_version: str = "v1"
    kind: str
    name: str = ""
    labels: dict[str, str] = field(default_factory=dict)


def describe(ref: ObjectRef) -> str:
    """`Deployment shop/router`, or `Pod shop/app=router` for those with a label, for sentences."""
    name = ref.name or _labels(ref)
    return f"{ref.kind} {ref.namespace}/{name}" if ref.namespace else f"{ref.kind} {name}"


def brief(ref: ObjectRef, name: str = "") -> str:
    """As `kubectl` writes it: `service/catalog`, `pod[app=catalog]`. name: of the one object that the reference found."""
    kind = ref.kind.lower()
    if name or ref.name:
        return f"{kind}/{name or ref.name}"
    return f"{kind}[{_labels(ref)}]" if ref.labels else kind


def _labels(ref: ObjectRef) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(ref.labels.items()))


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True, kw_only=True):
    """A workload that can call and be called: its pods by label, the URL by which others call it."""

    cluster: str = ""
    namespace: str = ""
    select: dict[str, str] = field(default_factory=dict)
    """Labels of its pods (the callers); empty: it can only be called."""
    url: str = ""
    """How others call it, e.g. http://catalog:8080/; empty: it can only call."""
    admin: int = 8081
    """Port of the shop's admin API in its pods."""
    probe: bool = False
    """True: the probe DaemonSet; `probe@NODE` names one row of a matrix."""
    outside: bool = False
    """True: no pod, but this machine: calls come from meshlab's own process."""
    port: str = ""
    """Name of a port of the cluster: what 127.0.0.1 leads to, for callers that are outside."""
