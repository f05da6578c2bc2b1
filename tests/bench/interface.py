"""The command line's start, the interface's first paint, its keys, and what it costs while nobody touches it."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench.observer import like_others, may_be_first, served_first
from tests.bench.rest import forgotten
from tests.bench.rows import Row, quantile, timed
from tests.cluster.program import ROOT, Program
from tests.e2e.terminal import Terminal

MESHLAB = [sys.executable, "-m", "meshlab"]
TIMES = 7
KEYS = 200
PAUSE = 0.1
"""Seconds at most between two keys, so that they fall into all that goes on meanwhile."""
ANSWER_WITHIN = 2.0
MINUTE = 60.0
LETTER = "Z"
INTRODUCTION = "While you wait"
"""Title of a pane that `l` shows and hides."""
PREPARING = "Create nodes"
DOWN, UP = "\x1b[B", "\x1b[A"
COLUMNS, ROWS = 140, 42
WORK = 0.02
"""Seconds of a processor: about what a frame of a full screen takes."""
ROAD = "The road"


def help_text() -> list[Row]:
    times = [
        timed(lambda: subprocess.run([*MESHLAB, "--help"], capture_output=True, check=True, cwd=ROOT)) for _ in range(TIMES)
    ]
    return [Row("help", "meshlab --help", "s", 0.15, statistics.median(times), tuple(times))]


def paint(program: Program) -> list[Row]:
    times = [_paint(program) for _ in range(TIMES)]
    return [Row("paint", "first paint of the interface", "s", 0.5, statistics.median(times), tuple(times))]


def _paint(program: Program) -> float:
    start = time.monotonic()
    terminal = opened(program)
    terminal.until(lambda screen: "meshlab" in screen and ROAD in screen, 20)
    seconds = terminal.arrived - start
    leave(terminal)
    return seconds


def keys_while_made(program: Program, lab: str) -> list[Row]:
    """The interface makes the cluster itself, and somebody reads meanwhile: up and down, now and then into the log and back."""
    program.ok("clean", "--yes")
    forgotten()
    terminal = opened(program, "--lab", lab)
    terminal.until("Create nodes", 60)
    until(terminal, INTRODUCTION, shown=True)
    times: list[float] = []
    control: list[float] = []
    with served_first():
        while PREPARING in terminal.text and len(times) < KEYS:
            seconds = _reading_key(terminal, len(times))
            if PREPARING not in terminal.text:
                break  # The lab is ready, and the screen is another one, on which the key leads elsewhere.
            times.append(seconds)
            idle_for(terminal, random.uniform(0, PAUSE))
            if len(times) % 5 == 0:
                control.append(frame_of_work())
    terminal.until(lambda screen: "step " in screen or ROAD in screen, 400)
    leave(terminal)
    what = f"key to screen, p95 of {len(times)} keys while the interface makes a cluster"
    return [_keys(what, times, enough=KEYS), _control(control)]


def _reading_key(terminal: Terminal, number: int) -> float:
    """Eight of ten scroll the introduction, the others show the log and hide it again."""
    if number % 10 >= 8:
        hides = number % 2 == 0
        return answer(terminal, "l", lambda: (INTRODUCTION in terminal.text) != hides)
    before = beside(terminal)
    return answer(terminal, DOWN if number % 2 == 0 else UP, lambda: beside(terminal) != before)


def beside(terminal: Terminal) -> str:
    """The right half of the screen, where no clock runs."""
    return "\n".join(line[COLUMNS // 2 :] for line in terminal.text.splitlines()[1:-1])


def keys_in_lab(program: Program, lab: str) -> list[Row]:
    """Pages of the guide turned while checks and shoppers send their requests; letters typed into the shell."""
    program.ok("goto", "policy")
    terminal = opened(program, "--lab", lab)
    terminal.until("step 3/", 120)
    terminal.until("Guide  3/", 20)
    headings = {number: heading(lab, number) for number in (2, 3)}
    pages, whole, control = [], [], []
    with served_first():
        for key, number in [("b", 2), ("f", 3)] * (KEYS // 2):
            first, last = answers(
                terminal, key, *(partial(shows, terminal, text) for text in (f"Guide  {number}/", headings[number]))
            )
            pages.append(first)
            whole.append(last)
            idle_for(terminal, random.uniform(0, PAUSE))
            control.append(frame_of_work())
        letters = _letters(terminal)
    leave(terminal)
    return [
        _keys(f"key to screen, p95 of {len(pages)} pages turned while traffic flows", pages, enough=KEYS),
        _keys("  until the whole page is there, p95", whole, enough=KEYS, budget=None),
        _keys(f"key to screen, p95 of {len(letters)} letters typed in the shell while traffic flows", letters, enough=KEYS),
        _control(control),
    ]


def _letters(terminal: Terminal) -> list[float]:
    terminal.send("\x1bOQ")
    idle_for(terminal, 3)
    times: list[float] = []
    for number in range(KEYS):
        if number % 20 == 0:
            terminal.send("\x15")
            idle_for(terminal, 0.5)
        before = terminal.text.count(LETTER)
        times.append(answer(terminal, LETTER, lambda before=before: terminal.text.count(LETTER) > before))  # type: ignore[misc]
        idle_for(terminal, random.uniform(0, PAUSE))
    terminal.send("\x15\x1bOQ")
    idle_for(terminal, 1)
    return times


def heading(lab: str, number: int) -> str:
    """How the text of a step begins, as much as surely stands in one line."""
    from meshlab.lab.catalog import find
    from meshlab.lab.load import load_lab

    loaded = load_lab(find(lab).folder)
    text = (loaded.folder / "text" / "en" / f"{number:02}-{loaded.lab.steps[number - 1].id}.md").read_text()
    return text.partition("# ")[2].partition("\n")[0][:20]


def _keys(what: str, times: list[float], *, enough: int, budget: float | None = 50) -> Row:
    if budget is not None and may_be_first():
        what += " (the interface is served first: it may)"
    p95 = quantile(times, 0.95) * 1000 if len(times) >= enough else float("nan")
    return Row("keys", what, "ms", budget, p95, tuple(one * 1000 for one in times))


def frame_of_work() -> float:
    """Seconds that a little work takes here now, whoever does it: what the machine, not the interface, lets a key wait."""
    with like_others():
        start, spent = time.monotonic(), time.thread_time()
        while time.thread_time() - spent < WORK:
            pass
        return time.monotonic() - start


def _control(times: list[float]) -> Row:
    what = f"  control: {WORK * 1000:g} ms of work by another process meanwhile, p95 of {len(times)}"
    return _keys(what, times, enough=1, budget=None)


def idle(program: Program, lab: str) -> list[Row]:
    """CPU and memory over a minute, with the road on the screen and with a lab whose checks are watched."""
    terminal = opened(program)
    terminal.until("meshlab", 20)
    rows = _idle(terminal, "the road")
    terminal = opened(program, "--lab", lab)
    terminal.until("step ", 120)
    return rows + _idle(terminal, "a lab open")


def _idle(terminal: Terminal, where: str) -> list[Row]:
    idle_for(terminal, 15)
    pid = int(terminal.process.pid or 0)
    before, start = cpu_seconds(pid), time.monotonic()
    idle_for(terminal, MINUTE)
    share = (cpu_seconds(pid) - before) / (time.monotonic() - start) * 100
    memory = resident_mb(pid)
    leave(terminal)
    return [
        Row("idle", f"interface idle ({where}), CPU", "% of a core", 3, share),
        Row("idle", f"interface idle ({where}), memory", "MB", 120, memory),
    ]


def opened(program: Program, *arguments: str) -> Terminal:
    terminal = Terminal([*MESHLAB, *arguments], columns=COLUMNS, rows=ROWS, env=program.env | {"LC_ALL": "C.UTF-8"})
    # pexpect waits 50 ms before it sends anything, for programs that ask for passwords.
    terminal.process.delaybeforesend = None
    return terminal


def leave(terminal: Terminal) -> None:
    terminal.send("\x11")
    terminal.wait(10)


def idle_for(terminal: Terminal, seconds: float) -> None:
    """Take what is drawn meanwhile."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        terminal.read(min(left, 0.5))


def shows(terminal: Terminal, text: str) -> bool:
    return text in terminal.text


def until(terminal: Terminal, text: str, *, shown: bool) -> None:
    terminal.until(lambda screen: (text in screen) == shown, 20)


def answer(terminal: Terminal, key: str, holds: Callable[[], bool]) -> float:
    """Seconds from a key until all has arrived of the screen that it leads to; ANSWER_WITHIN when it did not come."""
    return answers(terminal, key, holds)[0]


def answers(terminal: Terminal, key: str, *holds: Callable[[], bool]) -> list[float]:
    """The same of several things that follow one another."""
    found: list[float] = []
    start = time.monotonic()
    terminal.send(key)
    while (left := start + ANSWER_WITHIN - time.monotonic()) > 0 and len(found) < len(holds):
        # Looking at the screen takes as much of a processor as drawing it: only when something has come.
        if not terminal.read(left):
            continue
        while len(found) < len(holds) and holds[len(found)]():
            found.append(terminal.arrived - start)
    return found + [ANSWER_WITHIN] * (len(holds) - len(found))


def cpu_seconds(pid: int) -> float:
    """Of a process and all below it, those that have ended too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_seconds(int(child)) for child in children)


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
