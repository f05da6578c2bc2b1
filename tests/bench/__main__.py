"""The design's budgets beside what was measured here: `--json` for a script, else lines. It measures and judges nothing.

`--only NAME...` measures a part; what is compared with something that was not measured in the same run has no value then.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from meshlab.errors import MeshlabError
from tests.bench import interface, working
from tests.bench.clusters import Clusters, output
from tests.bench.rows import Row
from tests.cluster.program import Program

LAB = "2-router-mesh"


def parts(program: Program) -> dict[str, Callable[[], list[Row]]]:
    """In the order in which one leaves the cluster that the next can use."""
    clusters = Clusters(program, LAB)

    def reset() -> list[Row]:
        program.ok("start", LAB)
        whole, lab = (statistics.median(some or [math.nan]) for some in (clusters.cluster, clusters.ready))
        return working.Resets(program).rows(whole, lab)

    def on_lab(work: Callable[[], list[Row]]) -> Callable[[], list[Row]]:
        return lambda: (program.ok("start", LAB), work())[1]

    return {
        "help": interface.help_text,
        "paint": lambda: interface.paint(program),
        "ready": clusters.ready_rows,
        "memory": clusters.memory_rows,
        "switch": clusters.switch_rows,
        "object": on_lab(lambda: working.object_rows(program)),
        "checks": on_lab(lambda: working.check_rows(program)),
        "reset": reset,
        "idle": on_lab(lambda: interface.idle(program, LAB)),
        "typing": on_lab(lambda: interface.keys_in_lab(program, LAB)),
        "making": lambda: interface.keys_while_made(program, LAB),
    }


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        program = Program(Path(folder) / "state")
        works = parts(program)
        chosen = arguments(list(works))
        rows: list[Row] = []
        broken: list[str] = []
        try:
            for name in chosen.only:
                measure(name, works[name], rows, broken)
        finally:
            program.run("clean", "--yes")
    if chosen.json:
        about = {"cores": os.cpu_count(), "python": platform.python_version(), "engine": engine()}
        print(
            json.dumps(
                {"schema": 1, **about, "broken": broken, "rows": [row.plain() for row in rows]}, indent=2, ensure_ascii=False
            )
        )
    return 1 if broken else 0


def measure(name: str, work: Callable[[], list[Row]], rows: list[Row], broken: list[str]) -> None:
    """One part; where it fails, the others are measured all the same."""
    try:
        found = work()
    except (AssertionError, OSError, subprocess.SubprocessError, MeshlabError, TimeoutError) as error:
        broken.append(name)
        print(f"✘ {name} could not be measured: {error}", file=sys.stderr, flush=True)
        return
    for row in found:
        rows.append(row)
        print(row.line, file=sys.stderr, flush=True)


def arguments(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", nargs="*", default=names, choices=names)
    return parser.parse_args()


def engine() -> str:
    return output("docker", "version", "--format", "{{.Server.Version}}").strip()


if __name__ == "__main__":
    sys.exit(main())
