"""Whether the kernel can redirect is tried with the node image, and not known before that is there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from meshlab.cluster.doctor.redirect import redirects
from meshlab.cluster.programs import containers
from tests.unit.cluster.engine_socket import EngineSocket

NODE = "kindest/node:v1.34.2"


def a_program(folder: Path, monkeypatch: pytest.MonkeyPatch, *, code: int) -> None:
    """The engine's program, whose containers end with the code when they are asked for both rules."""
    program = folder / "docker"
    program.write_text(
        f"""#!/bin/sh
case "$1 $2" in
"run --rm") case "$*" in *NET_ADMIN*owner*REDIRECT*) exit {code} ;; *) exit 99 ;; esac ;;
esac
"""
    )
    program.chmod(0o755)
    monkeypatch.setattr(containers, "program", lambda: str(program))


@pytest.mark.parametrize(
    ("image", "code", "answer"),
    [(NODE, 0, True), (NODE, 3, False), ("other:1", 0, None)],
)
async def test_redirects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: EngineSocket, image: str, code: int, answer: bool | None
) -> None:
    engine.image(image, "sha256:1")
    a_program(tmp_path, monkeypatch, code=code)
    assert await redirects() is answer


async def test_a_trial_that_is_cut_off_leaves_no_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: EngineSocket
) -> None:
    """The engine keeps one that was made and not started, `--rm` or not."""
    engine.image(NODE, "sha256:1")
    a_program(tmp_path, monkeypatch, code=0)
    said, program = tmp_path / "said", tmp_path / "docker"
    told = program.read_text().replace('case "$1 $2" in', f'echo "$*" >> {said}\ncase "$1 $2" in')
    program.write_text(told.replace("*NET_ADMIN*owner*REDIRECT*) exit 0", "*NET_ADMIN*) exec sleep 60"))
    trial = asyncio.ensure_future(redirects())
    for _ in range(1000):
        if said.exists() and "run --rm" in said.read_text():
            break
        await asyncio.sleep(0.01)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    name = said.read_text().splitlines()[-1].split()[3]
    assert engine.asked[-1] == f"DELETE /containers/{name}?v=True&link=False&force=True"
