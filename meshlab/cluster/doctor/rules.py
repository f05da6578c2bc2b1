"""The rules, each a pure function of the facts. None: the rule does not apply to this machine.

Most come from kind's known issues (https://kind.sigs.k8s.io/docs/user/known-issues/); limits are named where they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

from meshlab.cluster.doctor.model import Facts, Ruling
from meshlab.cluster.versions import at_least, minor


def kind(facts: Facts) -> Ruling:
    numbers, why = {"version": facts.kind_version, "pinned": facts.kind_pinned}, facts.not_had.get("kind", "")
    if not facts.kind_version:
        return Ruling("problem", numbers, why)
    return Ruling("ok" if at_least(facts.kind_version, facts.kind_pinned) else "warning", numbers, why)


def kubectl(facts: Facts) -> Ruling:
    """kubectl is supported one minor version around the API server (https://kubernetes.io/releases/version-skew-policy/)."""
    numbers, why = {"version": facts.kubectl_version, "node": facts.node_version}, facts.not_had.get("kubectl", "")
    if not facts.kubectl_version:
        return Ruling("problem", numbers, why)
    skew = abs(minor(facts.kubectl_version) - minor(facts.node_version))
    return Ruling("ok" if skew <= 1 else "warning", numbers, why)


def snap_docker(facts: Facts) -> Ruling | None:
    """The snap of Docker cannot read /tmp, where kind writes what it hands over."""
    return Ruling("warning", {"program": facts.docker_program}) if facts.docker_program.startswith("/snap/") else None


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


Rule = Callable[[Facts], Ruling | None]

OLDEST_ENGINE = "20.10"
WARN_MEMORY, LEAST_MEMORY = 6.0, 3.5
"""GiB: a three-node cluster with a shop takes 2, its images, builds and the desktop the rest."""
WARN_DISK, LEAST_DISK = 15.0, 6.0
LEAST_INSTANCES, LEAST_WATCHES = 512, 524288


def engine(facts: Facts) -> Ruling:
    if facts.engine is None:
        return Ruling("problem", {"error": facts.engine_error or "no answer"})
    return Ruling("ok", {"version": facts.engine.get("ServerVersion", "?")})


def engine_version(facts: Facts) -> Ruling | None:
    version = (facts.engine or {}).get("ServerVersion")
    if not version:
        return None
    return Ruling("ok" if at_least(version, OLDEST_ENGINE) else "problem", {"version": version, "oldest": OLDEST_ENGINE})


def engine_platform(facts: Facts) -> Ruling | None:
    if facts.engine is None:
        return None
    kind, arch = str(facts.engine.get("OSType", "")), str(facts.engine.get("Architecture", ""))
    fits = kind == "linux" and arch in {"x86_64", "amd64", "aarch64", "arm64"}
    return Ruling("ok" if fits else "problem", {"platform": f"{kind}/{arch}"})


def cgroup(facts: Facts) -> Ruling | None:
    """From 1.35 the kubelet refuses cgroup v1 (https://kep.k8s.io/5573)."""
    version = str((facts.engine or {}).get("CgroupVersion", ""))
    if not version:
        return None
    numbers = {"version": version, "node": facts.node_version}
    if version == "1" and at_least(facts.node_version, "1.35"):
        return Ruling("problem", numbers)
    return Ruling("note" if version == "1" else "ok", numbers)


def inotify(facts: Facts) -> Ruling | None:
    """Too few: kube-proxy and kubelet end with "too many open files"."""
    instances, watches = facts.inotify_instances, facts.inotify_watches
    if instances is None or watches is None:
        return None
    numbers = {"instances": str(instances), "watches": str(watches)}
    enough = instances >= LEAST_INSTANCES and watches >= LEAST_WATCHES
    return Ruling("ok" if enough else "warning", numbers)


def memory(facts: Facts) -> Ruling | None:
    total = (facts.engine or {}).get("MemTotal")
    if not total:
        return None
    gib = total / 2**30
    state = "problem" if gib < LEAST_MEMORY else "warning" if gib < WARN_MEMORY else "ok"
    return Ruling(state, {"gib": f"{gib:.1f}"})  # type: ignore[arg-type]


def cpus(facts: Facts) -> Ruling | None:
    count = (facts.engine or {}).get("NCPU")
    return None if not count else Ruling("ok" if count >= 2 else "warning", {"count": str(count)})


def disk(facts: Facts) -> Ruling | None:
    """kind switches eviction off: a full disk kills the API server instead of a pod."""
    free = facts.disk_free_gib
    if free is None:
        return Ruling("unknown") if facts.engine is not None else None
    state = "problem" if free < LEAST_DISK else "warning" if free < WARN_DISK else "ok"
    return Ruling(state, {"gib": f"{free:.0f}"})  # type: ignore[arg-type]


def filesystem(facts: Facts) -> Ruling | None:
    if facts.disk_filesystem not in {"btrfs", "zfs"}:
        return None
    return Ruling("warning", {"filesystem": facts.disk_filesystem})


def image_store(facts: Facts) -> Ruling | None:
    """With the containerd store `kind load docker-image` fails; meshlab streams images itself, so this is a note."""
    status = (facts.engine or {}).get("DriverStatus") or []
    return Ruling("note") if any("io.containerd.snapshotter" in str(entry) for entry in status) else None


def rootless(facts: Facts) -> Ruling | None:
    options = (facts.engine or {}).get("SecurityOptions") or []
    if not any("rootless" in str(option) for option in options):
        return None
    delegated = str((facts.engine or {}).get("CgroupVersion")) == "2"
    return Ruling("note" if delegated else "problem")


def state_folder(facts: Facts) -> Ruling:
    numbers = {"folder": facts.state_folder}
    if not facts.state_writable:
        return Ruling("problem", numbers)
    scarce = facts.state_free_mib is not None and facts.state_free_mib < 500
    return Ruling("warning" if scarce else "ok", numbers)


def leftovers(facts: Facts) -> Ruling | None:
    return Ruling("warning", {"clusters": ", ".join(facts.leftovers)}) if facts.leftovers else None


def stand_ins(facts: Facts) -> Ruling | None:
    return Ruling("note", {"images": ", ".join(facts.stand_ins)}) if facts.stand_ins else None


def clock(facts: Facts) -> Ruling | None:
    """After a laptop slept, the engine's virtual machine may be behind: certificates are then not yet valid."""
    skew = facts.engine_clock_skew
    return None if skew is None else Ruling("ok" if abs(skew) < 30 else "warning", {"seconds": f"{skew:.0f}"})


RULES: dict[str, Rule] = {
    "engine": engine,
    "engine-version": engine_version,
    "engine-platform": engine_platform,
    "snap-docker": snap_docker,
    "kind": kind,
    "kubectl": kubectl,
    "cgroup": cgroup,
    "inotify": inotify,
    "memory": memory,
    "cpus": cpus,
    "disk": disk,
    "filesystem": filesystem,
    "image-store": image_store,
    "rootless": rootless,
    "ports": ports,
    "proxy": proxy,
    "subnets": subnets,
    "address-pools": address_pools,
    "mtu": mtu,
    "firewalld": firewalld,
    "redirects": redirects,
    "clock": clock,
    "state-folder": state_folder,
    "leftovers": leftovers,
    "stand-ins": stand_ins,
}
