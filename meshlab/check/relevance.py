"""What a check looks at in the cluster, so that a watcher runs again only what a change touches."""

from __future__ import annotations

from collections.abc import Callable

from meshlab.check.endpoints import SLICE
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab

Kinds = frozenset[tuple[str, str]]
"""(apiVersion, kind) pairs."""

POD, SERVICE, NODE = ("v1", "Pod"), ("v1", "Service"), ("v1", "Node")
CONFIG: Kinds = frozenset({("v1", "ConfigMap"), ("v1", "Secret")})
TRAFFIC: Kinds = CONFIG | {
    POD,
    SERVICE,
    (SLICE, "EndpointSlice"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("networking.k8s.io/v1", "Ingress"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
}
"""Whatever can change where a request goes, or whether it arrives."""
NONE: Kinds = frozenset()


MESH: Kinds = frozenset(
    {
        ("networking.istio.io/v1", "VirtualService"),
        ("networking.istio.io/v1", "DestinationRule"),
        ("networking.istio.io/v1", "ServiceEntry"),
        ("security.istio.io/v1", "AuthorizationPolicy"),
        ("security.istio.io/v1", "PeerAuthentication"),
    }
)
EDGE: Kinds = frozenset(
    {
        ("traefik.io/v1alpha1", "Middleware"),
        ("traefik.io/v1alpha1", "ServersTransport"),
        ("traefik.io/v1alpha1", "TraefikService"),
    }
)
OWN = {"istio": MESH, "traefik": EDGE}
"""Adapter to the kinds that its proxies are configured by."""


def relevant(check: Check, lab: Lab) -> set[tuple[str, str]]:
    """The kinds of objects whose changes can change the check's verdict; empty: no change of an object does.

    Experiments and answers change by what the learner does in meshlab; success, writes and cost by traffic and time.
    """
    return set(_OF[check.kind](check, lab))


def _object(check: Check, lab: Lab) -> Kinds:
    assert check.object is not None
    return frozenset({(check.object.ref.api_version, check.object.ref.kind)})


def _writes(check: Check, lab: Lab) -> Kinds:
    assert check.writes is not None
    return frozenset((ref.api_version, ref.kind) for ref in check.writes.refs)


def _answer(check: Check, lab: Lab) -> Kinds:
    assert check.answer is not None
    measured = check.answer.measured
    if measured is None:
        return NONE
    return frozenset({(measured.object.api_version, measured.object.kind)}) if measured.object else frozenset({POD})


def _traffic(check: Check, lab: Lab) -> Kinds:
    """Some proxies have objects of their own for their routes: those of the proxies that the lab has."""
    adapters = {proxy.adapter for proxy in lab.proxies.values()}
    return TRAFFIC.union(*(kinds for adapter, kinds in OWN.items() if adapter in adapters))


def _matrix(check: Check, lab: Lab) -> Kinds:
    return _traffic(check, lab) | {NODE}


_OF: dict[str, Callable[[Check, Lab], Kinds]] = {
    "object": _object,
    "path": _traffic,
    "share": _traffic,
    "success": lambda check, lab: NONE,
    "latency": _traffic,
    "denied": _traffic,
    "matrix": _matrix,
    "proxy-config": lambda check, lab: CONFIG | {POD},
    "writes": _writes,
    "limit": _traffic,
    "cost": lambda check, lab: NONE,
    "count": _traffic,
    "image": lambda check, lab: frozenset({POD}),
    "answer": _answer,
    "experiment": lambda check, lab: NONE,
}
