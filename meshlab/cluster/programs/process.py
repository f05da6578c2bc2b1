"""Other programs, run by asyncio: each in its own session and process group, with a deadline, and never left behind."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from msgspec import Struct

from meshlab.cluster.cancelling import to_the_end
from meshlab.cluster.programs import group
from meshlab.cluster.programs.group import Mark
from meshlab.cluster.programs.guardian import guardian
from meshlab.errors import EngineError
from meshlab.words import Words

log = logging.getLogger(__name__)

TAIL = 1200
"""Characters of a failed program's last words that its error keeps."""
GRACE = 2.0
"""Seconds between TERM and KILL."""

Ending = Callable[[Process, Mark], Coroutine[Any, Any, None]]
"""Ends a program that was started with that mark."""


class Finished(Struct, frozen=True):
    """How a program ended, and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """What it wrote to stdout."""
        return self.out.decode(errors="replace")


async def run(
    *argv: str,
    deadline: float = 60,
    stdin: bytes | int = DEVNULL,
    stdout: int = PIPE,
    env: dict[str, str] | None = None,
    check: bool = True,
) -> Finished:
    """Run to the end. EngineError when it is not there, too slow, or (with check) ends with another code than 0.

    stdin: what it reads, or the descriptor of an open file; stdout: a descriptor too where nobody wants the bytes here.
    """
    given, source = (stdin, PIPE) if isinstance(stdin, bytes) else (None, stdin)
    async with started(*argv, stdin=source, stdout=stdout, env=env) as process, limit(deadline, argv):
        out, err = await process.communicate(given)
        finished = Finished(process.returncode or 0, out or b"", err.decode(errors="replace"))
    if finished.code:
        log.log(logging.WARNING if check else logging.INFO, "%s", failure(argv, finished.code, finished.err or finished.text))
    if check and finished.code:
        raise failure(argv, finished.code, finished.err or finished.text)
    return finished


async def lines(
    *argv: str, deadline: float = 600, env: dict[str, str] | None = None, ending: Ending | None = None
) -> AsyncGenerator[str, None]:
    """What a program writes (stdout and stderr together), line by line. EngineError at the end when it failed."""
    said = ""
    async with started(*argv, stderr=STDOUT, env=env, ending=ending) as process, limit(deadline, argv):
        assert process.stdout is not None
        while line := await process.stdout.readline():
            text = line.decode(errors="replace").rstrip()
            said = (said + text + "\n")[-TAIL:]
            yield text
        code = await process.wait()
    if code:
        log.warning("%s", failure(argv, code, said))
        raise failure(argv, code, said)


@asynccontextmanager
async def started(
    *argv: str,
    stdin: int = DEVNULL,
    stdout: int = PIPE,
    stderr: int = PIPE,
    env: dict[str, str] | None = None,
    ending: Ending | None = None,
) -> AsyncIterator[Process]:
    """A program while the context lasts; what still runs of its process group afterwards is killed (or as `ending` does)."""
    mark, since = guardian().new_mark(), time.monotonic()
    environ = {**os.environ, **(env or {}), **mark.environment}
    starting = asyncio.ensure_future(_start(argv, stdin=stdin, stdout=stdout, stderr=stderr, env=environ))
    try:
        # Shielded: asyncio waits for ever for a program whose start is cancelled while it connects the pipes.
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await to_the_end(_abandon(starting, ending or end, mark))
        raise
    log.debug("`%s` started as process %d", shown(argv), process.pid)
    try:
        yield process
    finally:
        how = "still ran and was ended" if process.returncode is None else f"ended with code {process.returncode}"
        await to_the_end((ending or end)(process, mark))
        log.log(_level(since), "`%s` (process %d) %s after %.2f s", shown(argv), process.pid, how, time.monotonic() - since)


SLOW = 2.0
"""Seconds from which on a program is worth a line in the log."""


def _level(since: float) -> int:
    return logging.INFO if time.monotonic() - since > SLOW else logging.DEBUG


async def _start(argv: tuple[str, ...], **arguments: Any) -> Process:
    try:
        # A session of its own is a group of its own too. Linux shares processors out by session, so that what makes a
        # cluster takes nothing of the interface's share (autogroup: https://man7.org/linux/man-pages/man7/sched.7.html).
        process = await asyncio.create_subprocess_exec(*argv, start_new_session=True, limit=1 << 20, **arguments)
    except FileNotFoundError as error:
        raise EngineError("program.missing", program=argv[0]) from error
    except OSError as error:
        raise EngineError("program.not-started", program=argv[0], why=error.strerror or "") from error
    guardian().watch(process.pid)
    return process


async def _abandon(starting: asyncio.Future[Process], ending: Ending, mark: Mark) -> None:
    with suppress(EngineError):
        await ending(await starting, mark)


async def end(process: Process, mark: Mark) -> None:
    """End a program and what it started in its group: TERM, if it has not ended, then KILL."""
    if process.returncode is None:
        kill(process.pid, signal.SIGTERM)
        await exited(process, GRACE)
    if process.returncode is None:
        kill(process.pid, signal.SIGKILL)
        await exited(process)
    await group.end(process.pid, mark)
    guardian().forget(process.pid)
    # asyncio keeps the pipes of a killed program open until it has read them to the end.
    process._transport.close()  # type: ignore[attr-defined]


async def exited(process: Process, within: float = math.inf) -> bool:
    """Wait for its exit alone. `Process.wait` also waits for its pipes, which nobody may read any more."""
    deadline = time.monotonic() + within
    while process.returncode is None:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


@asynccontextmanager
async def limit(seconds: float, argv: tuple[str, ...]) -> AsyncIterator[None]:
    """EngineError when the body takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        log.warning("`%s` did not finish within %g s", shown(argv), seconds)
        raise EngineError("program.too-long", command=shown(argv), seconds=seconds) from error


def failure(argv: tuple[str, ...], code: int, said: str) -> EngineError:
    """The error about a program that failed, with its last words."""
    words = " ".join(said[-TAIL:].split()) or Words("errors.program.silent")
    if code < 0:
        return EngineError("program.killed", command=shown(argv), signal=-code, words=words)
    return EngineError("program.failed", command=shown(argv), code=code, words=words)


def shown(argv: tuple[str, ...], words: int = 6) -> str:
    """The command as a person would name it."""
    return " ".join([*argv[:words], *(["..."] if len(argv) > words else [])])


def kill(leader: int, sign: signal.Signals) -> None:
    """Signal the group of a program that has not ended: only until then is the id surely its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, sign)
