"""What the interface asks of Linux, in a process of its own: nothing of it may stay in the one that tests."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from meshlab.tui import precedence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is nothing to ask for")

ASKING = """
import ctypes, os, subprocess, sys, threading, time
from meshlab.tui import precedence
LOOK = "import os; print(os.sched_getscheduler(0))"
def turn():
    told = ctypes.create_string_buffer(precedence.ATTRIBUTES.size)
    number = {314: 315, 274: 275}[precedence.CALLS[os.uname().machine]]
    ctypes.CDLL(None).syscall(number, 0, told, len(told), 0)
    return precedence.ATTRIBUTES.unpack(told.raw)[5]
if sys.argv[1] == "denied":
    def denied(*_): raise PermissionError
    os.sched_setscheduler = denied
other = threading.Thread(target=time.sleep, args=(60,), daemon=True)
other.start()
print(precedence.take_precedence())
print({os.sched_getscheduler(one.native_id) for one in threading.enumerate()})
print(turn())
subprocess.run([sys.executable, "-c", LOOK])
later = threading.Thread(target=lambda: print(os.sched_getscheduler(0), turn()))
later.start(); later.join()
"""


def asked(how: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", ASKING, how], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root surely may")
def test_where_it_may_the_interface_is_served_first_and_nobody_that_it_starts() -> None:
    granted, threads, _, program, later = asked("")
    assert (granted, threads) == ("real-time", str({os.SCHED_RR | os.SCHED_RESET_ON_FORK}))
    assert (program, later.split()[0]) == (str(os.SCHED_OTHER), str(os.SCHED_OTHER))


def test_elsewhere_it_has_longer_turns_and_nobody_that_it_starts() -> None:
    granted, threads, turn, program, later = asked("denied")
    assert granted == "long turns"
    assert threads == str({os.SCHED_OTHER | os.SCHED_RESET_ON_FORK})
    # Kernels before 6.12 pass over what was asked for.
    assert int(turn) in {0, precedence.TURN}
    assert (program, later.split()[0]) == (str(os.SCHED_OTHER), str(os.SCHED_OTHER))
    assert int(later.split()[1]) < precedence.TURN


def test_an_unknown_machine_grants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", denied)
    monkeypatch.setattr(precedence, "CALLS", {})
    assert precedence.take_precedence() == ""


def test_nor_does_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert precedence.take_precedence() == ""
