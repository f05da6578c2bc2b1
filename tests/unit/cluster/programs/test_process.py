"""Programs end when they should, with everything that they started."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from meshlab.cluster.programs.group import Mark
from meshlab.cluster.programs.guardian import MARK
from meshlab.cluster.programs.process import end, exited, lines, run, started
from meshlab.errors import EngineError

LONG = "sleep 60 & sleep 60"
"""A program with a child, as kind has many."""


async def test_output_and_code_are_kept() -> None:
    finished = await run("sh", "-c", "cat; echo no >&2; exit 3", stdin=b"in", check=False)
    assert (finished.code, finished.text, finished.err) == (3, "in", "no\n")


async def test_a_failure_carries_the_last_words() -> None:
    with pytest.raises(EngineError, match=r"`sh -c echo why >&2; exit 3` ended with code 3: why"):
        await run("sh", "-c", "echo why >&2; exit 3")


async def test_a_missing_program_is_said() -> None:
    with pytest.raises(EngineError, match="The program no-such-program was not found"):
        await run("no-such-program")


async def test_lines_come_one_by_one_and_a_failure_at_the_end() -> None:
    seen: list[str] = []

    async def read() -> None:
        async for line in lines("sh", "-c", "echo a; echo b >&2; exit 1"):
            seen.append(line)

    with pytest.raises(EngineError, match="ended with code 1: a b"):
        await read()
    assert seen == ["a", "b"]


async def test_too_slow_is_ended_with_its_children() -> None:
    with pytest.raises(EngineError, match="did not finish within"):
        await run("sh", "-c", f"{LONG}; wait", deadline=0.3)


async def test_leaving_ends_the_whole_group() -> None:
    async with started("sh", "-c", LONG) as process:
        assert running(process.pid)
    await gone(lambda: not running(process.pid))


async def test_a_group_that_was_given_the_id_of_an_ended_program_is_left_alone() -> None:
    async with started("sleep", "60") as stranger:
        ended = await asyncio.create_subprocess_exec("true")
        await ended.wait()
        ended.pid = stranger.pid
        await end(ended, Mark(MARK, "of another program"))
        assert running(stranger.pid) == [stranger.pid]


async def test_every_program_has_a_mark_of_its_own_which_its_children_inherit() -> None:
    async with started("sh", "-c", f"env | grep {MARK}; sh -c 'env | grep {MARK}'") as one:
        first = (await one.communicate())[0].split()
    second = (await run("sh", "-c", f"env | grep {MARK}")).out.split()
    assert len(first) == 2
    assert first[0] == first[1] != second[0]


async def test_a_mark_that_only_begins_alike_is_another(tmp_path: Path) -> None:
    one = await asyncio.create_subprocess_exec("sleep", "60", env={MARK: "me.12"})
    try:
        await gone(lambda: Mark(MARK, "me.12").on(one.pid))
        assert not Mark(MARK, "me.1").on(one.pid)
    finally:
        one.kill()
        await one.wait()
    assert not Mark(MARK, "me.12").on(one.pid), "an ended program carries nothing"


async def test_cancelling_ends_the_whole_group(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    task = asyncio.create_task(run("sh", "-c", f"echo $$ > {file}; {LONG}; wait"))
    await gone(lambda: file.exists() and file.read_text().strip() != "")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone(lambda: not running(int(file.read_text())))


async def test_cancelling_at_any_moment_of_the_start_leaves_nothing(tmp_path: Path) -> None:
    async def cancelled(number: int) -> None:
        task = asyncio.create_task(run("sh", "-c", f"echo $$ > {tmp_path / str(number)}; {LONG}; wait"))
        await asyncio.sleep(0.002 * number)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async with asyncio.timeout(30):
        await asyncio.gather(*(cancelled(number) for number in range(12)))
    groups = [int(text) for file in tmp_path.iterdir() if (text := file.read_text())]
    await gone(lambda: not any(running(group) for group in groups))


async def test_a_program_that_ignores_term_is_killed() -> None:
    async with started("sh", "-c", "trap '' TERM; echo on; while true; do sleep 1; done") as process:
        assert process.stdout is not None
        await process.stdout.readline()
    assert process.returncode == -signal.SIGKILL


async def test_a_program_that_ends_leaves_no_grandchild() -> None:
    async with started("sh", "-c", "sleep 60 & exit 0") as process:
        assert await exited(process, 10)
    await gone(lambda: not running(process.pid))


async def test_a_program_whose_output_nobody_reads_any_more_is_ended() -> None:
    async with asyncio.timeout(10), started("sh", "-c", "head -c 20000000 /dev/zero; sleep 60") as process:
        assert process.stdout is not None
        assert len(await process.stdout.read(1000)) == 1000


KILLED = """
import asyncio, os, sys
from pathlib import Path
from meshlab.cluster.images.build import context
from meshlab.cluster.programs.process import started
async def main():
    async with context() as folder, started("sh", "-c", "sleep 60 & sleep 60; wait") as process:
        Path(folder, "file").touch()
        print(process.pid, folder, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="process groups")
async def test_sigkill_leaves_neither_children_nor_folders() -> None:
    victim = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, stdout=asyncio.subprocess.PIPE)
    assert victim.stdout is not None
    leader, folder = (await victim.stdout.readline()).decode().split()
    assert running(int(leader))
    assert Path(folder, "file").exists()
    victim.kill()
    await victim.communicate()
    await gone(lambda: not running(int(leader)) and not Path(folder).exists())


UNTOLD = """
import subprocess, time
from meshlab.cluster.programs.guardian import guardian
import os
one = subprocess.Popen(["sh", "-c", "setsid sleep 61 & sleep 61"], env={**os.environ, **guardian().new_mark().environment})
print(one.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
async def test_sigkill_leaves_not_even_what_the_guardian_was_not_told_about() -> None:
    victim = await asyncio.create_subprocess_exec(sys.executable, "-c", UNTOLD, stdout=asyncio.subprocess.PIPE)
    assert victim.stdout is not None
    await victim.stdout.readline()
    await gone(lambda: len(marked(victim.pid)) >= 3)
    victim.kill()
    await victim.wait()
    await gone(lambda: not marked(victim.pid))


def running(leader: int) -> list[int]:
    """Processes of that group, without zombies, whoever they belong to."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # After the name, which is in brackets and may hold anything: state, parent, group ...
            state, _, its = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its) == leader and state != "Z":
                found.append(int(stat.parent.name))
    return found


def marked(pid: int) -> list[Path]:
    """Processes that carry the mark of a meshlab."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"MESHLAB_PROGRAM_OF={pid}-".encode() in environ.read_bytes():
                found.append(environ)
    return found


async def gone(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    assert condition()
