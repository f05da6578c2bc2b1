"""Keys before everything else: what the interface asks of Linux, which wants every processor while a cluster is made.

A key passes three threads, one that reads, one that draws and one that writes, and waits for a processor before each. Desktops'
compositors ask for the lowest real-time priority where they may, and so does the interface: as root, or where RLIMIT_RTPRIO
allows it. It ends with the process, and what is started later, programs and threads, does not have it:
https://man7.org/linux/man-pages/man7/sched.7.html (RLIMIT_RTPRIO, SCHED_RESET_ON_FORK).

Others may ask for longer turns. The scheduler shares processors out in turns of a few milliseconds, so that a frame of ten is
interrupted several times, each time for as long as others take. Whoever wants longer turns has them more seldom, which hardly
matters to a program that mostly waits for keys. Linux from 6.12 on does as asked, older ones pass over it:
https://docs.kernel.org/scheduler/sched-eevdf.html and https://man7.org/linux/man-pages/man2/sched_setattr.2.html
"""

from __future__ import annotations

import os
import platform
import struct
import sys
import threading
from typing import Literal

Granted = Literal["real-time", "long turns", ""]
TURN = 100_000_000
"""Nanoseconds: the longest that may be asked for."""
CALLS = {"x86_64": 314, "aarch64": 274}
"""Number of `sched_setattr`, by machine: https://man7.org/linux/man-pages/man2/syscalls.2.html"""
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""size, policy, flags, nice, priority, runtime, deadline, period"""
NORMAL, RESET_ON_FORK = 0, 1


def take_precedence() -> Granted:
    """For all threads that there are now. What was granted; "" where there is nothing to ask for."""
    threads = [thread.native_id for thread in threading.enumerate() if thread.native_id is not None]
    if all(real_time(thread) for thread in threads):
        return "real-time"
    return "long turns" if all(_long_turns(thread) for thread in threads) else ""


def real_time(thread: int) -> bool:
    """For one of them, 0 being the one that calls. Whether it was granted."""
    if sys.platform != "linux":
        return False
    lowest = os.sched_param(os.sched_get_priority_min(os.SCHED_RR))
    try:
        os.sched_setscheduler(thread, os.SCHED_RR | os.SCHED_RESET_ON_FORK, lowest)
    except OSError:
        return False
    return True


def _long_turns(thread: int) -> bool:
    number = CALLS.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return False
    import ctypes

    asked = ATTRIBUTES.pack(ATTRIBUTES.size, NORMAL, RESET_ON_FORK, os.getpriority(os.PRIO_PROCESS, thread), 0, TURN, 0, 0)
    return bool(ctypes.CDLL(None).syscall(number, thread, asked, 0) == 0)
