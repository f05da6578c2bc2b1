"""From what is known of a run to a picture: pods say what is there, the matrix who reaches whom, verdicts which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from meshlab.check.verdict import Verdict
from meshlab.lab.model import Lab, Proxy
from meshlab.run.api import Cell, Matrix
from meshlab.tui.topology.model import Edge, Node, Picture, ProxyLine

Pods = Sequence[Mapping[str, Any]]


def build(lab: Lab, pods: Pods, matrix: Matrix | None, verdicts: Mapping[str, Verdict]) -> Picture:
    """The whole picture. The order is the lab's, so that it never jumps while pods restart."""
    cells = {(cell.row, cell.column): cell for cell in matrix.cells} if matrix else {}
    routes = seen_routes(lab, verdicts)
    nodes = tuple(_node(lab, service, pods) for service in services(lab))
    edges = tuple(
        _edge(source, target, cells.get((source, target)), routes.get((source, target), ()))
        for source, targets in lab.graph.items()
        for target in targets
    )
    proxies = tuple(_proxy(name, proxy, pods) for name, proxy in lab.proxies.items())
    return Picture(nodes, edges, proxies)


def services(lab: Lab) -> list[str]:
    """Every service of the graph once, callers before callees as the lab writes them."""
    found: dict[str, None] = {}
    for source, targets in lab.graph.items():
        found |= dict.fromkeys((source, *targets))
    return list(found)


def seen_routes(lab: Lab, verdicts: Mapping[str, Verdict]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(caller, callee) to the proxies that a green check has seen on the way: never more than was measured."""
    routes: dict[tuple[str, str], tuple[str, ...]] = {}
    for check in lab.all_checks().values():
        verdict = verdicts.get(check.id)
        if check.path is None or not check.path.through or verdict is None or not verdict.green:
            continue
        targets = (check.path.to,) if isinstance(check.path.to, str) else check.path.to
        for edge in _edges(lab, check.path.from_, targets):
            routes[edge] = tuple(one.proxy for one in check.path.through)
    return routes


def _edges(lab: Lab, source: str, targets: tuple[str, ...]) -> list[tuple[str, str]]:
    """The edges that a check from `source` speaks of. What a probe meets behind a name, every caller of that name meets."""
    anyone = source in lab.services and lab.services[source].probe
    return [
        (caller, target)
        for target in targets
        for caller, callees in lab.graph.items()
        if target in callees and (anyone or caller == source)
    ]


def matching(pods: Pods, select: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The pods that carry all of the labels; none for an empty selector."""
    return [pod for pod in pods if select and select.items() <= dict(pod.get("labels") or {}).items()]


def health(pods: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """("2/3", meaning) of a group of pods."""
    ready = sum(bool(pod.get("ready")) for pod in pods)
    if not pods:
        return "0", "error"
    return f"{ready}/{len(pods)}", "ok" if ready == len(pods) else "warn" if ready else "error"


def _node(lab: Lab, service: str, pods: Pods) -> Node:
    endpoint = lab.services.get(service)
    if not pods or endpoint is None or not endpoint.select:
        return Node(service)
    own = matching(pods, endpoint.select)
    detail, style = health(own)
    versions = sorted({str(pod["labels"]["version"]) for pod in own if "version" in (pod.get("labels") or {})})
    sidecar = any(_inside(proxy, pod) for proxy in lab.proxies.values() for pod in own)
    words = [detail, *(versions if len(versions) > 1 else ()), *(("◆",) if sidecar else ())]
    return Node(service, " ".join(words), style)


def _inside(proxy: Proxy, pod: Mapping[str, Any]) -> bool:
    """Whether this pod of the application carries the proxy beside it."""
    names = {str(one.get("name") if isinstance(one, Mapping) else one) for one in pod.get("containers") or ()}
    return len(names) > 1 and proxy.container in names and bool(matching([pod], proxy.select))


def _edge(source: str, target: str, cell: Cell | None, through: tuple[str, ...]) -> Edge:
    if cell is None or not cell.of:
        return Edge(source, target, "", "idle", through)
    share = cell.ok / cell.of
    worst = max(cell.errors, key=lambda name: cell.errors[name], default="")
    if share == 1:
        return Edge(source, target, f"{cell.ok}/{cell.of}", "ok", through)
    if share == 0:
        return Edge(source, target, f"✘ {worst}".rstrip(), "error", through)
    return Edge(source, target, f"{cell.ok}/{cell.of}", "warn", through)


def _proxy(name: str, proxy: Proxy, pods: Pods) -> ProxyLine:
    if not pods:
        return ProxyLine(name, "", "idle")
    found = matching(pods, proxy.select)
    # A kind of proxy that the learner has yet to deploy is not broken.
    detail, style = health(found) if found else ("–", "idle")
    return ProxyLine(name, detail, style)
