"""The rules, each a pure function of the facts. None: the rule does not apply to this machine.

Most come from kind's known issues (https://kind.sigs.k8s.io/docs/user/known-issues/); limits are named where they are used.
"""

from __future__ import annotations

from collections.abc import Callable

from meshlab.cluster.doctor import network_rules as network
from meshlab.cluster.doctor import tool_rules as tools
from meshlab.cluster.doctor.model import Facts, Ruling
from meshlab.cluster.doctor.versions import at_least

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
    "snap-docker": tools.snap_docker,
    "kind": tools.kind,
    "kubectl": tools.kubectl,
    "cgroup": cgroup,
    "inotify": inotify,
    "memory": memory,
    "cpus": cpus,
    "disk": disk,
    "filesystem": filesystem,
    "image-store": image_store,
    "rootless": rootless,
    "ports": network.ports,
    "proxy": network.proxy,
    "subnets": network.subnets,
    "address-pools": network.address_pools,
    "mtu": network.mtu,
    "firewalld": network.firewalld,
    "redirects": network.redirects,
    "clock": clock,
    "state-folder": state_folder,
    "leftovers": leftovers,
    "stand-ins": stand_ins,
}
