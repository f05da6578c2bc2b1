"""A learner's way by command on a real cluster: red for a reason, help, solved, green, reset, traced."""

from __future__ import annotations

import fcntl
from typing import Any

import msgspec

from tests.cluster.conftest import LAB
from tests.cluster.program import Program


def verdicts(program: Program, *arguments: str) -> dict[str, dict[str, Any]]:
    done = program.run("check", "--format", "json", *arguments)
    assert done.code in {0, 1}, done.err
    return {one["check"]: one for one in done.json()["verdicts"]}


def test_solving_a_step_turns_it_green_and_two_routes_draw_two_traces(lab: Program) -> None:
    before = lab.ok("trace", "--format", "json").json()["trace"]
    lab.ok("solve", "look")
    lab.ok("solve", "router")
    # A Service's new way is not everybody's at once: the lab gives its paths some seconds.
    found = verdicts(lab, "--wait", "router-runs", "two-through-router", "all-through-router", "apps-untouched", "same-pods")
    assert {one["outcome"] for one in found.values()} == {"pass"}, found
    after = lab.ok("trace", "--format", "json").json()["trace"]
    assert "router" not in names(before["root"])
    assert "router" in names(after["root"])
    assert before["nonce"] != after["nonce"]
    assert "router" in lab.ok("trace").out


def test_the_map_by_command(lab: Program) -> None:
    matrix = lab.ok("matrix", "--format", "json").json()["matrix"]
    cells = {(cell["row"], cell["column"]): cell for cell in matrix["cells"]}
    assert cells["web", "catalog"]["ok"] == cells["web", "catalog"]["of"] > 0
    assert "catalog" in lab.ok("matrix").out
    found = lab.ok("traffic", "--seconds", "3", "--format", "json").json()
    services = found["services"]
    # Shoppers never rest, and each of their requests goes on from web to catalog.
    assert services["web"]["per_second"] > 0
    assert services["catalog"]["versions"].keys() == {"v1", "v2"}
    assert all(0 <= one["failed"] <= 1 for one in services.values())
    assert "catalog" in lab.ok("traffic", "--seconds", "2").out


def names(hop: dict[str, Any]) -> list[str]:
    return [hop["name"], *(name for below in hop.get("hops", []) for name in names(below))]


def versions(program: Program) -> dict[str, str]:
    out = program.ok("shell", "--", "kubectl", "get", "deploy,svc,cm,netpol", "-n", "shop", "-o", "json").out
    items = msgspec.json.decode(out)["items"]
    return {f"{one['kind']}/{one['metadata']['name']}": str(one["metadata"].get("generation", "")) for one in items}


def test_progress_outlives_a_reset(lab: Program) -> None:
    lab.ok("answer", "east-west-calls", "6")
    assert verdicts(lab, "east-west-calls")["east-west-calls"]["outcome"] == "pass"
    before = lab.ok("status", "--format", "json").json()["status"]
    lab.ok("reset", "--yes")
    after = lab.ok("status", "--format", "json").json()["status"]
    assert after["events"] > before["events"]
    assert [step["done"] for step in before["steps"]] == [step["done"] for step in after["steps"]]


def test_strays_are_named_and_removed(lab: Program) -> None:
    lab.ok("shell", "--", "kubectl", "create", "configmap", "mine", "-n", "shop")
    done = lab.run("reset", "look")
    assert done.code == 130, "without --yes and without a terminal nothing may be removed"
    assert "mine" in done.err
    lab.ok("reset", "look", "--yes")
    assert "mine" not in lab.ok("shell", "--", "kubectl", "get", "cm", "-n", "shop", "-o", "name").out


def test_hints_fit_the_reason(lab: Program) -> None:
    verdicts(lab, "two-through-router")
    first = lab.ok("hint", "two-through-router", "--format", "json").json()["hint"]
    second = lab.ok("hint", "two-through-router", "--format", "json").json()["hint"]
    assert first["id"] != second["id"]
    assert first["check"] == "two-through-router"


def test_checking_changes_no_object(lab: Program) -> None:
    before = versions(lab)
    verdicts(lab)
    assert versions(lab) == before


def test_a_held_cluster_is_locked(ready: Program) -> None:
    with (ready.state / "runs" / LAB / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = ready.run("reset", "--yes")
    assert done.code == 7, done.err
