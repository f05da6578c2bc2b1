from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meshlab.errors import ExitCode, LockedError
from meshlab.run.store import lock
from tests.unit.run.small_run import small_run

HOLD = (
    "import sys; from pathlib import Path; from meshlab.run.store import lock\n"
    "with lock.held(Path(sys.argv[1]), 'solve', 'The lab x'):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


@contextmanager
def holder(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its input ends."""
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_error_names_the_holder(tmp_path: Path) -> None:
    file = tmp_path / "runs/x/lock"
    with holder(file) as process, pytest.raises(LockedError) as caught, lock.held(file, "reset", "The lab x"):
        pass
    assert "The lab x is being changed by another meshlab: `meshlab solve`" in caught.value.message
    assert f"process {process.pid}, since " in caught.value.message
    assert caught.value.exit_code is ExitCode.LOCKED


def test_a_kill_releases_it(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with holder(file) as process:
        found = lock.holder(file)
        assert found is not None
        assert (found.pid, found.operation) == (process.pid, "solve")
        process.kill()
        process.wait()
        assert lock.holder(file) is None
        with lock.held(file, "reset"):
            mine = lock.holder(file)
            assert mine is not None
            assert mine.pid == os.getpid()


def test_it_is_released_with_the_context_also_on_errors(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), lock.held(file, "solve"):
        raise ZeroDivisionError
    assert lock.holder(file) is None
    with lock.held(file, "reset"):
        pass


async def test_the_same_task_may_take_it_again_another_may_not(tmp_path: Path) -> None:
    run = small_run(tmp_path)

    async def other() -> None:
        with run.lock("reset"):
            pass

    with run.lock("prepare"):
        with run.lock("solve"):
            pass
        # Still held after the inner one ended.
        with pytest.raises(LockedError, match="`meshlab prepare`"):
            await asyncio.create_task(other())
    await asyncio.create_task(other())


def test_a_run_holds_its_cluster_too(tmp_path: Path) -> None:
    """Labs share clusters: two runs must not change one cluster at once."""
    run = small_run(tmp_path)
    file = run.paths.cluster_lock(run.cluster_name())
    with holder(file), pytest.raises(LockedError), run.lock("reset"):
        pass
    with run.lock("reset"):
        found = lock.holder(file)
        assert found is not None
        assert found.operation == "reset"


def test_looking_at_the_holder_never_takes_the_lock(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    assert lock.holder(file) is None
    assert not file.exists()
