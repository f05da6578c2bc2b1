"""A small lab in a folder, and a run of it on a cluster in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from meshlab.cluster.api import OWN, ClusterInfo
from meshlab.run.catalog import RunRequest, make_run
from meshlab.run.desired import baseline
from meshlab.run.run import Run
from tests.unit.run.fake_kube import FakeKube

LAB_ID = "9-small"
LAB_YAML = """\
schema: 1
stage: "9"
minutes: 12
namespaces: [shop]
clusters: {main: {workers: 1, ports: {edge: 30080}}}
variables:
  share: {integer: [10, 20]}
services:
  web: {select: {app: web}, url: "http://web:8080/"}
  catalog: {select: {app: catalog}, url: "http://catalog:8080/"}
  probe: {probe: true}
proxies:
  router: {select: {app: router}}
  edge: {select: {app: edge}, container: traefik, admin: 9000, adapter: traefik}
steps:
- id: first
  minutes: 5
  checks:
  - id: colour
    fresh: object.mismatch
    object:
      ref: {kind: ConfigMap, name: paint}
      conditions: [{query: data.colour, equals: red}]
  - id: kept
    role: guard
    object: {ref: {kind: ConfigMap, name: keep}}
  - id: why
    needs: [colour]
    fresh: answer.missing
    answer: {kind: choice, choices: [one, two], equals: one}
  hints:
  - {id: paint-it, check: colour, reason: object.mismatch}
  - {id: look-at-it, check: colour}
  - {id: breathe}
- id: second
  minutes: 7
  checks:
  - id: reach
    role: phase
    when: experiment
    matrix:
      rows: [web, probe]
      columns: [catalog, web]
      cells: [{expect: 1}]
  - id: tried
    fresh: experiment.not-run
    experiment: {experiment: break-it}
  experiments:
  - id: break-it
    prediction: {kind: matrix, matrix: reach}
    phases:
    - id: broken
      apply: [{kind: scale, target: {apiVersion: apps/v1, kind: Deployment, name: web}, replicas: 0}]
      checks: [reach]
"""
TEXT = """\
title: A small lab
why: To test.
steps:
  first: {title: The first step}
  second: {title: The second step}
checks:
  colour: {title: The paint is red, why: Red is warm., help: {object.mismatch: "Paint it, seat ${seat}."}}
  kept: {title: Kept}
  why: {title: Why, question: Why?, choices: {one: Because, two: Whatever}}
  reach: {title: Who reaches whom}
  tried: {title: Tried}
hints: {paint-it: Use kubectl patch., look-at-it: Use kubectl get., breathe: Take a breath.}
experiments:
  break-it: {title: Break it, question: Which cells?, explanation: It was scaled to 0.}
debrief: {first: Well painted.}
"""
PAGES = {"01-first": "Open ${edge_url} and paint ${share}.", "02-second": "Break it."}


def write_lab(pack: Path) -> Path:
    """The lab's folder below a pack."""
    folder = pack / LAB_ID
    (folder / "text/en").mkdir(parents=True)
    (folder / "setup/start").mkdir(parents=True)
    (folder / "solve/01-first").mkdir(parents=True)
    (folder / "lab.yaml").write_text(LAB_YAML)
    (folder / "text/en/lab.yaml").write_text(TEXT.replace("${seat}", "${seed}"))
    for name, text in PAGES.items():
        (folder / f"text/en/{name}.md").write_text(text)
    reference = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: paint}\ndata: {colour: red}\n"
    (folder / "solve/01-first/10-paint.yaml").write_text(reference)
    return folder


class FakeEngine:
    """An engine whose one cluster is always there."""

    name = "fake"
    traits = OWN

    def __init__(self) -> None:
        self.state = "running"

    async def find(self, name: str, folder: Path) -> ClusterInfo | None:
        file = folder / "kubeconfig"
        return ClusterInfo(name=name, engine=self.name, traits=self.traits, kubeconfig=file, state=self.state)


def small_run(tmp: Path, kube: FakeKube | None = None, **how: Any) -> Run:
    """A run of the small lab whose clients are in memory."""
    pack = tmp / "pack"
    if not pack.exists():
        write_lab(pack)
    run = make_run(RunRequest(lab=LAB_ID, state=tmp / "state", packs=(pack,), **how))
    if kube is not None:
        run.clients._engine = FakeEngine()  # type: ignore[assignment]
        run.clients._kubes[run.cluster_name()] = kube
    return run


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": data}


def shop(*objects: dict[str, Any]) -> FakeKube:
    """A cluster with the namespace of the lab."""
    kube = FakeKube()
    for obj in ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, *objects):
        kube.add(obj)
    return kube


async def started(run: Run) -> Run:
    """As after a preparation."""
    from meshlab.run.store import events

    run.begin()
    await baseline.take(run, "lab-start", run.lab.steps[0].id)
    run.append(events.Prepared(seconds=1.0))
    return run
