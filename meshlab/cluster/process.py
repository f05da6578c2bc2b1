"""Other programs, run by asyncio: each in its own process group, with a deadline, and never left behind."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from meshlab.cluster.cleanup import to_the_end
from meshlab.cluster.guardian import guardian
from meshlab.errors import EngineError

TAIL = 1200
"""Characters of a failed program's last words that its error keeps."""
GRACE = 2.0
"""Seconds between TERM and KILL."""

Ending = Callable[[Process], Coroutine[Any, Any, None]]


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
    *argv: str, deadline: float = 60, stdin: bytes | None = None, env: dict[str, str] | None = None, check: bool = True
) -> Finished:
    """Run to the end. EngineError when it is not there, too slow, or (with check) ends with another code than 0."""
    async with started(*argv, stdin=DEVNULL if stdin is None else PIPE, env=env) as process, limit(deadline, argv):
        out, err = await process.communicate(stdin)
        finished = Finished(process.returncode or 0, out, err.decode(errors="replace"))
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
    environ = {**os.environ, **guardian().mark, **(env or {})}
    starting = asyncio.ensure_future(_start(argv, stdin=stdin, stdout=stdout, stderr=stderr, env=environ))
    try:
        # Shielded: asyncio waits for ever for a program whose start is cancelled while it connects the pipes.
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await to_the_end(_abandon(starting, ending or end))
        raise
    try:
        yield process
    finally:
        await to_the_end((ending or end)(process))


async def _start(argv: tuple[str, ...], **arguments: Any) -> Process:
    try:
        process = await asyncio.create_subprocess_exec(*argv, process_group=0, limit=1 << 20, **arguments)
    except FileNotFoundError as error:
        raise EngineError(f"The program {argv[0]} was not found.", hint="Run `meshlab setup`.") from error
    except OSError as error:
        raise EngineError(f"The program {argv[0]} could not be started: {error.strerror}.") from error
    guardian().watch(process.pid)
    return process


async def _abandon(starting: asyncio.Future[Process], ending: Ending) -> None:
    with suppress(EngineError):
        await ending(await starting)


async def end(process: Process) -> None:
    """End a program and its whole group, if it has not ended: TERM, then KILL."""
    if process.returncode is None:
        kill(process.pid, signal.SIGTERM)
        await exited(process, GRACE)
    kill(process.pid, signal.SIGKILL)
    await exited(process)
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
        raise EngineError(f"`{shown(argv)}` did not finish within {seconds:g} seconds and was ended.") from error


def failure(argv: tuple[str, ...], code: int, said: str) -> EngineError:
    """The sentence about a program that failed, with its last words."""
    how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
    words = " ".join(said[-TAIL:].split())
    return EngineError(f"`{shown(argv)}` {how}: {words}" if words else f"`{shown(argv)}` {how} and said nothing.")


def shown(argv: tuple[str, ...], words: int = 6) -> str:
    """The command as a person would name it."""
    return " ".join([*argv[:words], *(["..."] if len(argv) > words else [])])


def kill(group: int, sign: signal.Signals) -> None:
    """Signal a whole process group; fine when none of it is left."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sign)


def group_alive(group: int) -> bool:
    """Whether any process of the group still runs. A zombie, whose parent has not taken note yet, does not."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    processes = list(Path("/proc").glob("[0-9]*/stat"))
    return not processes or any(_runs_in(group, stat) for stat in processes)


def _runs_in(group: int, stat: Path) -> bool:
    try:
        # After the name, which is in brackets and may hold anything: state, parent, group ...
        state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
    except (OSError, ValueError):
        return False
    return int(its_group) == group and state != "Z"
