"""Every rule of doctor has a machine that passes it and one that does not, and words for both in each language."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import structs

from meshlab.cluster.doctor import judge
from meshlab.cluster.doctor.model import Facts, State
from meshlab.cluster.doctor.rules import RULES
from meshlab.report.envelope import envelope
from meshlab.words import known

ENGINE: dict[str, Any] = {
    "ServerVersion": "29.1.2",
    "OSType": "linux",
    "Architecture": "aarch64",
    "CgroupVersion": "2",
    "MemTotal": 16 * 2**30,
    "NCPU": 8,
    "DriverStatus": [["Backing Filesystem", "extfs"]],
    "SecurityOptions": ["name=seccomp,profile=builtin"],
}
HEALTHY = Facts(
    engine=ENGINE,
    node_version="1.34.2",
    kind_version="0.33.0",
    kind_pinned="v0.33.0",
    kubectl_version="v1.34.2",
    docker_program="/usr/bin/docker",
    inotify_instances=8192,
    inotify_watches=524288,
    disk_free_gib=80,
    disk_filesystem="overlay2",
    state_folder="/home/a/.local/state/meshlab",
    state_free_mib=9000,
    proxies={"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "127.0.0.1,localhost"},
    networks=("172.18.0.0/16",),
    network_count=4,
    routes=("192.168.1.0/24", "0.0.0.0/0"),
    mtu_outside=1500,
    mtu_bridge=1500,
    firewalld_backend="iptables",
    redirects=True,
    engine_clock_skew=0.4,
)


def engine(**changes: Any) -> dict[str, Any]:
    return {"engine": ENGINE | changes}


FAILING: dict[str, list[tuple[dict[str, Any], State]]] = {
    "engine": [({"engine": None, "engine_error": "permission denied"}, "problem")],
    "engine-version": [(engine(ServerVersion="19.03.15"), "problem")],
    "engine-platform": [(engine(OSType="windows"), "problem"), (engine(Architecture="riscv64"), "problem")],
    "snap-docker": [({"docker_program": "/snap/docker/2915/bin/docker"}, "warning")],
    "kind": [({"kind_version": ""}, "problem"), ({"kind_version": "0.23.0"}, "warning")],
    "kubectl": [({"kubectl_version": ""}, "problem"), ({"kubectl_version": "v1.36.4"}, "warning")],
    "cgroup": [(engine(CgroupVersion="1") | {"node_version": "1.35.8"}, "problem"), (engine(CgroupVersion="1"), "note")],
    "inotify": [({"inotify_instances": 128}, "warning"), ({"inotify_watches": 8192}, "warning")],
    "memory": [(engine(MemTotal=2 * 2**30), "problem"), (engine(MemTotal=5 * 2**30), "warning")],
    "cpus": [(engine(NCPU=1), "warning")],
    "disk": [({"disk_free_gib": 3.0}, "problem"), ({"disk_free_gib": 9.0}, "warning"), ({"disk_free_gib": None}, "unknown")],
    "filesystem": [({"disk_filesystem": "btrfs"}, "warning")],
    "image-store": [(engine(DriverStatus=[["driver-type", "io.containerd.snapshotter.v1"]]), "note")],
    "rootless": [
        (engine(SecurityOptions=["name=rootless"], CgroupVersion="1"), "problem"),
        (engine(SecurityOptions=["name=rootless"]), "note"),
    ],
    "ports": [({"port_error": "Operation not permitted"}, "problem")],
    "proxy": [({"proxies": {"http_proxy": "http://proxy:3128"}}, "warning")],
    "subnets": [({"routes": ("10.0.0.0/8",)}, "warning"), ({"routes": ("172.16.0.0/12",)}, "warning")],
    "address-pools": [({"network_count": 30}, "warning")],
    "mtu": [({"mtu_outside": 1400}, "warning")],
    "firewalld": [({"firewalld_backend": "nftables"}, "warning")],
    "redirects": [({"redirects": False}, "warning")],
    "clock": [({"engine_clock_skew": -3600.0}, "warning")],
    "state-folder": [({"state_writable": False}, "problem"), ({"state_free_mib": 20.0}, "warning")],
    "leftovers": [({"leftovers": ("meshlab-main",)}, "warning")],
    "stand-ins": [({"stand_ins": ("kindest/node:v1.34.2",)}, "note")],
}
SILENT_WHEN_HEALTHY = {"filesystem", "image-store", "rootless", "leftovers", "stand-ins", "snap-docker"}
CASES = [(rule, change, state) for rule, cases in FAILING.items() for change, state in cases]


@pytest.mark.parametrize("rule", RULES)
def test_a_healthy_machine_passes(rule: str) -> None:
    ruling = RULES[rule](HEALTHY)
    assert (ruling is None) == (rule in SILENT_WHEN_HEALTHY)
    assert ruling is None or ruling.state in {"ok", "note"}


@pytest.mark.parametrize(("rule", "change", "state"), CASES)
def test_a_faulty_machine_is_found(rule: str, change: dict[str, Any], state: State) -> None:
    ruling = RULES[rule](structs.replace(HEALTHY, **change))
    assert ruling is not None
    assert ruling.state == state


def test_every_rule_has_a_failing_fixture() -> None:
    assert set(FAILING) == set(RULES)


@pytest.mark.parametrize(("rule", "change", "state"), CASES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_are_sentences_with_a_fix(rule: str, change: dict[str, Any], state: State, language: str) -> None:
    found = {one.id: one for one in judge(structs.replace(HEALTHY, **change), language)}[rule]
    assert known(f"doctor.{rule}.{state}")
    assert "${" not in found.text + found.fix
    assert bool(found.fix) == (state in {"warning", "problem"})
    assert not found.fix.startswith("doctor.")


@pytest.mark.parametrize(("rule", "change", "state"), CASES)
def test_each_has_its_place_in_json(rule: str, change: dict[str, Any], state: State) -> None:
    told = envelope("doctor", findings=judge(structs.replace(HEALTHY, **change)))
    (found,) = [one for one in msgspec.json.decode(told)["findings"] if one["id"] == rule]
    assert found["state"] == state
    assert found["text"]
    assert bool(found["fix"]) == (state in {"warning", "problem"})


def test_problems_come_first() -> None:
    states = [one.state for one in judge(structs.replace(HEALTHY, engine=None, kubectl_version="v1.36.4"))]
    assert states.index("problem") < states.index("warning") < states.index("ok")


@pytest.mark.parametrize("name", ["kind", "kubectl"])
@pytest.mark.parametrize("version", ["", "v0.20.2"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_set_up_could_not_have_is_not_left_to_set_up_alone(name: str, version: str, language: str) -> None:
    failed = structs.replace(HEALTHY, not_had={name: "The site did not answer."}, **{f"{name}_version": version})
    fix = next(one.fix for one in judge(failed, language) if one.id == name)
    assert "The site did not answer." in fix
    assert "https://" in fix
    before = structs.replace(failed, not_had={})
    assert "https://" not in next(one.fix for one in judge(before, language) if one.id == name)


def test_what_could_not_be_had_once_is_no_news_when_it_is_there() -> None:
    found = judge(structs.replace(HEALTHY, not_had={"kubectl": "The site did not answer."}))
    assert next((one.state, one.fix) for one in found if one.id == "kubectl") == ("ok", "")
