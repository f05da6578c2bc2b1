"""From what is known of a run to a picture: pods say what is there, the matrix who reaches whom, verdicts which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from meshlab.check.verdict import Cell
from meshlab.lab.model import Lab, Proxy
from meshlab.report.rates import NOTHING, Rate, Rates
from meshlab.run.api import Matrix
from meshlab.tui.lab.topology import routes
from meshlab.tui.lab.topology.model import PROXY, Edge, Node, Picture, ProxyLine
from meshlab.tui.lab.topology.routes import Call, Verdicts

Pods = Sequence[Mapping[str, Any]]
DOORS = ("traefik", "nginx")
"""Adapters of the proxies that stand at the edge, in every stage that has one."""


def build(lab: Lab, pods: Pods, matrix: Matrix | None, verdicts: Verdicts, rates: Rates = NOTHING) -> Picture:
    """The whole picture. The order is the lab's, so that it never jumps while pods restart."""
    cells = {(cell.row, cell.column): cell for cell in matrix.cells} if matrix else {}
    through = routes.seen_routes(lab, verdicts)
    entries = doors(lab, pods)
    calls = [*routes.door_calls(lab, entries, verdicts), *routes.calls(lab)]
    alone = {target for _, target in calls if sum(target == other for _, other in calls) == 1}
    nodes = [_node(lab, service, pods, rates.get(service), service in alone) for service in routes.services(lab)]
    edges = [
        _edge(call, cells.get(call), through.get(call, ()), rates.get(call[1]) if call[1] in alone else None) for call in calls
    ]
    proxies = [_proxy(name, proxy, pods) for name, proxy in lab.proxies.items()]
    return Picture((*(_door(lab, name, pods) for name in entries), *nodes), tuple(edges), tuple(proxies))


def doors(lab: Lab, pods: Pods) -> list[str]:
    """The deployed proxies of the edge that are no service of the graph: they stand before its first service."""
    known = set(routes.services(lab))
    return [
        name
        for name, proxy in lab.proxies.items()
        if proxy.adapter in DOORS and name not in known and matching(pods, proxy.select)
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


def _node(lab: Lab, service: str, pods: Pods, rate: Rate | None, alone: bool) -> Node:
    """alone: one edge leads to it, and says its rate."""
    endpoint = lab.services.get(service)
    if not pods or endpoint is None or not endpoint.select:
        return Node(service)
    own = matching(pods, endpoint.select)
    ready, style = health(own)
    names = sorted({str(pod["labels"]["version"]) for pod in own if "version" in (pod.get("labels") or {})})
    mark = [PROXY] if any(_inside(proxy, pod) for proxy in lab.proxies.values() for pod in own) else []
    versions = names if len(names) > 1 else []
    shares = [f"{rate.versions.get(name, 0):.0%}" for name in versions] if rate and rate.versions else []
    rates = [rate.text] if rate and not alone else []
    flat = [ready, *([versions[0], shares[0]] if shares else versions), *mark, *rates]
    is_proxy = any(proxy.select == endpoint.select for proxy in lab.proxies.values())
    return Node(service, " ".join([ready, *versions, *mark]), style, " ".join([*rates, *shares]), " ".join(flat), is_proxy)


def _door(lab: Lab, name: str, pods: Pods) -> Node:
    ready, style = health(matching(pods, lab.proxies[name].select))
    return Node(name, ready, style, flat=ready, proxy=True)


def _inside(proxy: Proxy, pod: Mapping[str, Any]) -> bool:
    """Whether this pod of the application carries the proxy beside it."""
    names = {
        str(container.get("name") if isinstance(container, Mapping) else container) for container in pod.get("containers") or ()
    }
    return len(names) > 1 and proxy.container in names and bool(matching([pod], proxy.select))


def _edge(call: Call, cell: Cell | None, through: tuple[str, ...], rate: Rate | None) -> Edge:
    """Reached or not is the matrix's word; what comes, and how much of it fails, is the callee's own count."""
    lost, style = _lost(cell, rate)
    reached = f"{cell.ok}/{cell.of}" if cell is not None and cell.ok == cell.of else ""
    words = [lost] if style == "error" else [lost, rate.text if rate else "" if lost else reached]
    flows = style != "error" and rate is not None and rate.per_second > 0
    return Edge(*call, " ".join(filter(None, words)), style, through, flows)


def _lost(cell: Cell | None, rate: Rate | None) -> tuple[str, str]:
    """(words, meaning) of what does not get through: `✘ refused`, `◐ 50% reset`, `◐ 3% 5xx`, or nothing."""
    failing = rate is not None and rate.failed > 0
    if cell is not None and cell.of and cell.ok < cell.of:
        worst = max(cell.errors, key=lambda name: cell.errors[name], default="")
        share = "" if not cell.ok else f"{1 - cell.ok / cell.of:.0%}"
        return " ".join(filter(None, ("◐" if cell.ok else "✘", share, worst))), "warn" if cell.ok else "error"
    if rate is not None and failing:
        return f"◐ {max(rate.failed, 0.01):.0%} 5xx", "warn"
    measured = (cell is not None and cell.of > 0) or (rate is not None and rate.per_second > 0)
    return "", "ok" if measured else "idle"


def _proxy(name: str, proxy: Proxy, pods: Pods) -> ProxyLine:
    if not pods:
        return ProxyLine(name, "", "idle")
    proxies = matching(pods, proxy.select)
    # A kind of proxy that the learner has yet to deploy is not broken.
    detail, style = health(proxies) if proxies else ("–", "idle")
    return ProxyLine(name, detail, style)
