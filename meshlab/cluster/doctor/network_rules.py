"""Rules about ports, proxies, subnets and links."""

from __future__ import annotations

from ipaddress import ip_network

from meshlab.cluster.doctor.model import Facts, Ruling

CLUSTER_SUBNETS = ("10.244.0.0/16", "10.96.0.0/16")
"""Pods and Services of the first cluster."""
POOLS = 30
"""About as many bridge networks fit into the engine's default address pools."""


def ports(facts: Facts) -> Ruling:
    return Ruling("problem", {"error": facts.port_error}) if facts.port_error else Ruling("ok")


def proxy(facts: Facts) -> Ruling | None:
    """kind copies the proxy settings into nodes when it makes them; without NO_PROXY for the cluster they cut it in two."""
    if not any(name.upper() in {"HTTP_PROXY", "HTTPS_PROXY"} for name in facts.proxies):
        return None
    excluded = next((value for name, value in facts.proxies.items() if name.upper() == "NO_PROXY"), "")
    local = "127.0.0.1" in excluded or "127.0.0.0/8" in excluded
    return Ruling("note" if local else "warning", {"excluded": excluded or "-"})


def subnets(facts: Facts) -> Ruling | None:
    """A VPN's route over the cluster's subnets makes nodes or the VPN unreachable."""
    ours = [ip_network(net) for net in (*facts.networks, *CLUSTER_SUBNETS) if ":" not in net]
    routes = [ip_network(route) for route in facts.routes]
    clash = [f"{route}" for route in routes if route.prefixlen > 0 and any(route.overlaps(net) for net in ours)]
    return Ruling("warning", {"routes": ", ".join(clash)}) if clash else Ruling("ok")


def address_pools(facts: Facts) -> Ruling | None:
    if facts.engine is None:
        return None
    state = "warning" if facts.network_count >= POOLS - 2 else "ok"
    return Ruling(state, {"count": str(facts.network_count)})  # type: ignore[arg-type]


def mtu(facts: Facts) -> Ruling | None:
    outside, bridge = facts.mtu_outside, facts.mtu_bridge
    if outside is None or bridge is None:
        return None
    return Ruling("ok" if outside >= bridge else "warning", {"outside": str(outside), "bridge": str(bridge)})


def firewalld(facts: Facts) -> Ruling | None:
    if not facts.firewalld_backend:
        return None
    return Ruling("warning" if facts.firewalld_backend == "nftables" else "ok")


def redirects(facts: Facts) -> Ruling | None:
    """Labs with sidecars cannot start without; all others can."""
    return None if facts.redirects is None else Ruling("ok" if facts.redirects else "warning")
