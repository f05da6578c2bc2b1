"""What a scripted run shows: phases of a preparation, matrices, pods, their traffic, one traced request."""

from __future__ import annotations

from typing import Any

from meshlab.check.verdict import Cell
from meshlab.run.api import Hop, Matrix, Received, Trace, Traffic

PHASES = {
    "build-images": 2.0,
    "node-image": 1.0,
    "create-nodes": 21.0,
    "configure": 2.0,
    "control-plane": 14.0,
    "network": 2.0,
    "join": 8.0,
    "load-images": 9.0,
    "dns-config": 1.0,
    "clean-namespaces": 1.0,
    "system-parts": 2.0,
    "setup-base": 1.0,
    "setup-start": 3.0,
    "api": 1.0,
    "nodes-ready": 4.0,
    "dns-ready": 2.0,
    "workloads-ready": 6.0,
    "dns-answers": 1.0,
    "probe-answers": 2.0,
    "shop-answers": 1.0,
    "start-actors": 1.0,
    "take-inventory": 1.0,
}
"""As long as a real one: a screen has to cope with it."""
CALLERS = ("edge", "web", "catalog", "pricing", "reviews")
SERVICES = ("web", "catalog", "pricing", "legacy", "reviews", "ratings")
CALLS = {(caller, callee) for caller in CALLERS for callee in SERVICES if caller != callee}


def whole_matrix() -> Matrix:
    """Everybody reaches everybody."""
    cells = tuple(Cell(row=row, column=column, ok=2, of=2) for row, column in sorted(CALLS))
    return Matrix(rows=CALLERS, columns=SERVICES, cells=cells)


def broken_matrix() -> Matrix:
    """Only the edge still reaches web."""
    cells = tuple(
        Cell(row=row, column=column, ok=2, of=2)
        if (row, column) == ("edge", "web")
        else Cell(row=row, column=column, ok=0, of=2, errors={"refused": 2})
        for row, column in sorted(CALLS)
    )
    return Matrix(rows=CALLERS, columns=SERVICES, cells=cells)


def breaking_matrix() -> Matrix:
    """Half of the calls get through yet: connections that stand outlive their end for a moment."""
    cells = tuple(
        Cell(row=row, column=column, ok=1, of=2, errors={"reset": 1})
        if column in ("catalog", "reviews")
        else Cell(row=row, column=column, ok=2, of=2)
        for row, column in sorted(CALLS)
    )
    return Matrix(rows=CALLERS, columns=SERVICES, cells=cells)


def example_pods() -> list[dict[str, Any]]:
    """The shop's pods, one of ratings not ready."""

    def pod(app: str, version: str = "v1", ready: bool = True, container: str = "shop") -> dict[str, Any]:
        return {
            "namespace": "shop",
            "name": f"{app}-{version}-abcde",
            "node": "worker",
            "phase": "Running",
            "ready": ready,
            "restarts": 0,
            "containers": [container],
            "labels": {"app": app, "version": version},
        }

    apps = [pod(app) for app in ("web", "catalog", "reviews", "pricing", "legacy")]
    more = [pod("catalog", "v2"), pod("reviews", "v2"), pod("ratings", ready=False), pod("ratings")]
    return [*apps, *more, pod("edge", container="traefik"), pod("router", container="envoy")]


A_SECOND = {
    "web-v1-abcde": 12.0,
    "catalog-v1-abcde": 10.0,
    "catalog-v2-abcde": 2.0,
    "reviews-v1-abcde": 6.0,
    "reviews-v2-abcde": 6.0,
    "pricing-v1-abcde": 12.0,
    "legacy-v1-abcde": 0.5,
    "ratings-v1-abcde": 12.0,
}


def example_traffic(t: float) -> Traffic:
    """Of the pods above, `t` seconds after they started; a third of what ratings receives fails."""
    pods = []
    for pod, rate in A_SECOND.items():
        service, version, _ = pod.split("-")
        failed = int(rate * t / 3) if service == "ratings" else 0
        pods.append(Received(service=service, pod=pod, version=version, received=int(rate * t), failed=failed))
    return Traffic(t=t, pods=tuple(pods))


def example_trace(version: str) -> Trace:
    """One request through edge, router and shop."""

    def hop(kind: Any, name: str, ms: float, *hops: Hop, status: int = 200, error: str = "", version: str = "") -> Hop:
        pod = f"{name}-6d8f9c7b5-x2x4q" if kind != "client" else ""
        return Hop(kind=kind, name=name, version=version, pod=pod, node="worker", status=status, ms=ms, error=error, hops=hops)

    legacy = hop("service", "legacy", 2.1, version="v1")
    pricing = hop("service", "pricing", 4.0, legacy, version="v1")
    catalog = hop("proxy", "router", 7.2, hop("service", "catalog", 6.3, pricing, version=version))
    ratings = hop("service", "ratings", 1.5, status=503, error="http_5xx", version="v1")
    reviews = hop(
        "proxy", "router", 5.1, hop("service", "reviews", 4.4, hop("proxy", "router", 2.2, ratings, status=503), version="v1")
    )
    web = hop("proxy", "edge", 15.6, hop("service", "web", 14.8, catalog, reviews, version="v1"))
    return Trace(nonce="k7f2-01", url="http://web:8080/", status=200, ms=16.4, root=hop("client", "probe", 16.4, web))
