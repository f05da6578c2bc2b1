"""All tests, cheapest first: a summary for people, and out/test-summary.json {schema, passed, parts, skipped, minutes}.

Where no engine can be had at all, the parts that need one are left out, loudly, and named under `skipped`; any other
failure of set-up is a failure.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as Tree

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "out"
BIN = Path(sys.executable).parent
LONGEST = ("tui", "unit", "types", "page", "labs", "style", "format")
"""The parts that need no cluster."""


@dataclass
class Part:
    """One part of the suite and how it went."""

    name: str
    command: list[str]
    engine: bool = False
    browser: bool = False
    programs: bool = False
    """Drives programs that a bare machine may lack."""
    code: int = 0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def pytest(name: str, folder: str, *more: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", folder, f"--junit-xml={OUT / name}.xml", *more]


def parts(only: list[str]) -> list[Part]:
    every = [
        Part("style", [str(BIN / "ruff"), "check", "."]),
        Part("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Part("types", [str(BIN / "mypy")]),
        Part("labs", [sys.executable, "-m", "meshlab", "lint"]),
        Part("unit", pytest("unit", "tests/unit")),
        # Several side by side: such tests wait more than they work.
        Part("tui", pytest("tui", "tests/tui", "--numprocesses=3"), programs=True),
        Part("page", pytest("page", "tests/page"), browser=True),
        Part("cluster", pytest("cluster", "tests/cluster"), engine=True),
        Part("e2e", pytest("e2e", "tests/e2e"), engine=True, programs=True),
    ]
    return [part for part in every if not only or part.name in only]


def run(part: Part, *, quiet: bool = False) -> None:
    """quiet: what it says comes when it has ended, so that parts can run side by side."""
    if not quiet:
        print(f"\n=== {part.name}", flush=True)
    start = time.monotonic()
    out, err = (subprocess.PIPE, subprocess.STDOUT) if quiet else (None, None)
    done = subprocess.run(part.command, cwd=ROOT, check=False, text=True, stdout=out, stderr=err)
    part.code, part.seconds = done.returncode, time.monotonic() - start
    if quiet:
        print(f"\n=== {part.name}\n{done.stdout}", flush=True)
    report = OUT / f"{part.name}.xml"
    if report.exists():
        read(part, report)


def run_beside(some: list[Part]) -> None:
    """Parts that need no cluster, as many at once as there are cores, the longest first."""
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for _ in pool.map(lambda part: run(part, quiet=True), sorted(some, key=lambda part: LONGEST.index(part.name))):
            pass


def read(part: Part, report: Path) -> None:
    cases = list(Tree.parse(report).iter("testcase"))
    part.skipped = [f"{case.get('classname')}.{case.get('name')}" for case in cases if case.find("skipped") is not None]
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    part.counts = {"passed": len(cases) - failed - len(part.skipped), "failed": failed, "skipped": len(part.skipped)}


def make_ready(bundle: str) -> Part:
    """Engine, tools and images."""
    part = Part("setup", [sys.executable, "-m", "meshlab", "setup", *(["--bundle", bundle] if bundle else [])])
    run(part)
    return part


def no_engine() -> bool:
    """Whether none answers on this machine, and none may be installed."""
    from meshlab.cluster.setup import engine

    return not asyncio.run(engine.answers())[0] and not engine.may_install()


def run_all(every: list[Part], bundle: str) -> tuple[list[Part], list[str]]:
    """The parts that were run, set-up among them, and the names of those that were not."""
    without = [part.name for part in every if part.browser and not has_browser()]
    every = [part for part in every if part.name not in without]
    light, heavy = [part for part in every if not part.engine], [part for part in every if part.engine]
    if any(part.programs for part in every):
        # What cannot be had is named; the tests that need it fail: nothing may look as if it had been tested.
        subprocess.run([sys.executable, "-m", "tests.programs"], cwd=ROOT, check=False)
    run_beside(light)
    if not heavy:
        return light, without
    setup = make_ready(bundle)
    if setup.code:
        names = without + [part.name for part in heavy]
        return (light if no_engine() else [*light, setup]), names
    # One after the other: latencies are measured there.
    for part in heavy:
        run(part)
    return [*light, setup, *heavy], without


def has_browser() -> bool:
    """Whether there is one; as root on Debian, as in CI, it is installed first."""
    return subprocess.run([sys.executable, "-m", "tests.page.browser"], cwd=ROOT, check=False).returncode == 0


def summary(done: list[Part], left_out: list[str], minutes: float) -> dict[str, object]:
    return {
        "schema": 1,
        "passed": not left_out and all(part.code == 0 for part in done),
        "parts": [{"name": part.name, "ok": part.code == 0, "seconds": round(part.seconds, 1), **part.counts} for part in done],
        "skipped": left_out + [name for part in done for name in part.skipped],
        "minutes": round(minutes, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="", help="a folder of images for machines without a registry")
    parser.add_argument("--only", nargs="*", default=[], help="names of parts")
    chosen = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.xml"):
        old.unlink()
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    start = time.monotonic()
    done, left_out = run_all(parts(chosen.only), chosen.bundle)
    result = summary(done, left_out, (time.monotonic() - start) / 60)
    (OUT / "test-summary.json").write_text(json.dumps(result, indent=2) + "\n")
    print("\n" + json.dumps(result, indent=2))
    if "page" in left_out:
        print("\n!!! NO BROWSER CAN BE HAD: left out page. The exported page was not tested in one. !!!")
    if set(left_out) - {"page"}:
        why = "SET-UP FAILED" if any(part.name == "setup" for part in done) else "NO CONTAINER ENGINE CAN BE HAD"
        print(f"\n!!! {why}: left out {', '.join(set(left_out) - {'page'})}. Nothing about real clusters was tested. !!!")
    tests = [sum(part.counts.get(name, 0) for part in done) for name in ("passed", "failed", "skipped")]
    print(f"\n{tests[0]} passed, {tests[1]} failed, {tests[2]} skipped")
    return 0 if all(part.code == 0 for part in done) else 1


if __name__ == "__main__":
    sys.exit(main())
