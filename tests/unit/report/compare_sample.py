"""A comparison that is half done: stages 0 and 2 measured, of stage 3 only what needs no experiment, of stage 4 nothing."""

from __future__ import annotations

from meshlab.check.verdict import Reach
from meshlab.lab.comparison import ROWS
from meshlab.run.compare import Cell, Comparison, Stage

T = 1_790_000_000.0
SERVICES = ("web", "catalog", "reviews", "ratings")
Value = float | str | tuple[float, float, float] | None
"""A number, words, or (value, low, high)."""

ALL = Reach(SERVICES, SERVICES, tuple(tuple(1.0 for _ in SERVICES) for _ in SERVICES))
NONE = Reach(("probe@worker", *SERVICES), SERVICES, (*((0.0, 0.0, 0.0, 0.0),) * 3, (0.0, 0.5, 0.0, 0.0), (0.0, 0.0, None, 1.0)))

LIBRARY: dict[str, Value] = {
    "policy": "each application, in its library",
    "hops": 0.0,
    "proxies": 0.0,
    "memory": 0.0,
    "cpu": 0.0,
    "latency-p50": (-0.01, -0.06, 0.05),
    "latency-p99": (0.2, -0.9, 1.4),
    "writes": 4.0,
    "seconds": 41.7,
    "blast-radius": 0.0,
    "outage": (0.0, 0.0, 0.0),
}
ROUTER: dict[str, Value] = {
    "policy": "the router, in one ConfigMap <&|>",
    "hops": 1.0,
    "proxies": 2.0,
    "memory": 34.5,
    "cpu": 49.02,
    "latency-p50": (0.84, 0.71, 0.97),
    "latency-p99": (3.9, 2.1, 6.4),
    "writes": 1.0,
    "seconds": 58.3,
    "blast-radius": 0.857,
    "outage": (3.7, 3.3, 4.0),
}
CHINESE = {"policy": {"0-client-library": "每个应用自己，写在库里", "2-router-mesh": "路由器，写在一个 ConfigMap 里"}}
UNITS = {"memory": "MiB", "cpu": "m", "latency-p50": "ms", "latency-p99": "ms", "seconds": "s", "outage": "s"}


def cell(row: str, lab: str, value: Value, matrix: Reach | None = None) -> Cell:
    """One cell, measured on kind with seed 7 unless its value is None."""
    experiment = "" if row in ("policy", "hops") else "what-it-costs"
    empty = Cell(row=row, lab=lab, step="measure", experiment=experiment, check="some-check")
    if value is None:
        return empty
    number, interval = (value[0], value[1:]) if isinstance(value, tuple) else (value, None)
    return Cell(
        row=row,
        lab=lab,
        step="measure",
        experiment=experiment,
        check="some-check",
        value=number,
        unit=UNITS.get(row, ""),
        interval=interval,
        matrix=matrix if row == "blast-radius" else None,
        time=T,
        run=T - 900,
        seed=7,
        engine="kind",
        stand_ins=("envoy",) if lab == "2-router-mesh" else (),
    )


def stage(number: str, lab: str, title: str, values: dict[str, Value], matrix: Reach | None = None) -> Stage:
    """A column; rows without a value are not measured yet."""
    cells = {row.id: cell(row.id, lab, values.get(row.id), matrix) for row in ROWS}
    return Stage(stage=number, lab=lab, title=title, cells=cells)


def sample(language: str = "en") -> Comparison:
    """Five stages."""
    chinese = language == "zh"
    titles = (
        ("客户端库", "边缘代理", "路由器网格", "每个节点一个代理", "Sidecar")
        if chinese
        else ("Client library", "Edge proxy", "Router mesh", "Proxy per node", "Sidecar")
    )
    library, router = dict(LIBRARY), dict(ROUTER)
    if chinese:
        library["policy"], router["policy"] = CHINESE["policy"].values()
    return Comparison(
        rows=ROWS,
        stages=(
            stage("0", "0-client-library", titles[0], library, ALL),
            stage("1", "1-edge-proxy", titles[1], {}),
            stage("2", "2-router-mesh", titles[2], router, NONE),
            stage("3", "3-proxy-per-node", titles[3], {"hops": 2.0}),
            stage("4", "4-sidecar", titles[4], {}),
        ),
    )
