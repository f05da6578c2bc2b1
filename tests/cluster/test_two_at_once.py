"""Two meshlabs on one lab: one that changes it refuses the other, one that only looks does not mind."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.program import ROOT, Program

WITHIN = 90.0


def begun(program: Program, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*program.command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=program.env,
        cwd=ROOT,
    )


def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {WITHIN:g} s"
        time.sleep(0.02)


def test_a_second_meshlab_is_refused_and_told_by_whom(lab: Program) -> None:
    lab.ok("shell", "--", "kubectl", "scale", "deployment", "catalog-v2", "--replicas=0")
    first = begun(lab, "reset", "look", "--yes", "--format", "json")
    assert first.stdout is not None
    until(lambda: '"phase":"converge"' in str(first.stdout and first.stdout.readline()), "the reset changes something")
    second = lab.run("solve", "router")
    assert second.code == 7, second.err
    assert f"`meshlab reset` (process {first.pid}, since " in second.err
    assert lab.ok("status").code == 0, "looking is never refused"
    _, said = first.communicate(timeout=WITHIN)
    assert first.returncode == 0, said
    lab.ok("solve", "look")


class Watch:
    """`check --watch` and what it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[dict[str, Any]] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.said.append(json.loads(line)["verdict"])

    def says(self, check: str, outcome: str, since: int) -> bool:
        return any((one["check"], one["outcome"]) == (check, outcome) for one in self.said[since:])


@contextmanager
def watching(program: Program) -> Iterator[Watch]:
    with begun(program, "check", "--watch", "--format", "jsonl") as process:
        watch = Watch(process)
        try:
            yield watch
        finally:
            process.terminate()
            process.wait(WITHIN)
            watch.reader.join(WITHIN)


def test_a_watch_lives_through_a_reset_and_tells_what_came_of_it(lab: Program) -> None:
    with watching(lab) as watch:
        until(lambda: watch.says("edge-to-web", "pass", 0), "a first verdict")
        broken = len(watch.said)
        lab.ok("shell", "--", "kubectl", "delete", "service", "web")
        until(lambda: watch.says("edge-to-web", "fail", broken), "the edge lost its way")
        mended = len(watch.said)
        lab.ok("reset", "look", "--yes")
        until(lambda: watch.says("edge-to-web", "pass", mended), "the edge found it again")
        assert watch.process.poll() is None
        assert not [one for one in watch.said if one["outcome"] == "error"]
    assert watch.process.returncode == 130
