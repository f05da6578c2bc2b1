"""A small sound lab, and how to write files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

SOUND = """\
schema: 1
stage: "2"
minutes: 20
clusters: {main: {ports: {edge: 30080}}, second: {}}
images: [meshlab/shop, envoy]
variables:
  timeout: {integer: [300, 900], step: 50}
  slow: {value: "$[ timeout * 2 + 1 ]"}
  canary: {choice: ["10", "20", "30"]}
  token: {token: 8}
services:
  web: {select: {app: web}, url: "http://web:8080/"}
  catalog: {select: {app: catalog}, url: "http://catalog:8080/"}
  silent: {url: "http://silent:8080/"}
  probe: {probe: true}
proxies:
  router: {select: {app: router}}
actors:
  shopper: {url: "http://web:8080/", rate: 5}
graph: {web: [catalog]}
steps:
  - id: look
    checks:
      - id: routed
        fresh: path.no-proxy
        path: {from: web, to: catalog, through: [{proxy: router}], expect: {milliseconds: [0, ${timeout}]}}
      - id: shared
        needs: [routed]
        fresh: blocked
        share: {from: web, to: catalog, version: v2, share: 0.${canary}, nearest: 0.5}
      - id: steady
        role: guard
        success: {actor: shopper, max-failed: 0}
      - id: who
        fresh: answer.missing
        answer: {kind: choice, choices: [left, right], equals: left}
    hints:
      - {id: first-hint, check: routed, reason: path.no-proxy}
  - id: break
    checks:
      - id: reach
        role: phase
        when: experiment
        matrix: {rows: [web, probe], columns: [catalog], cells: [{expect: 0}]}
      - id: foretold
        fresh: experiment.not-run
        experiment: {experiment: router-dies}
    experiments:
      - id: router-dies
        prediction: {kind: matrix, matrix: reach}
        phases:
          - {id: down, apply: [{kind: scale, target: {kind: Deployment, name: router}, replicas: 0}], checks: [reach]}
          - {id: up, undo: true}
wrong:
  - {id: at-the-edge, step: look, red: {routed: path.no-proxy}}
"""

Make = Callable[..., Path]
"""Writes files into the sample's folder (default: only the sound lab.yaml) and gives the folder."""


def write(file: Path, content: str) -> Path:
    """Write a file, making its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return file
