"""Whether the kernel can redirect is tried with the node image, and not known before that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.cluster import containers
from meshlab.cluster.redirect import redirects


def an_engine(folder: Path, monkeypatch: pytest.MonkeyPatch, *, image: str, code: int) -> None:
    """A docker program that knows the image and whose containers end with the code, when they are asked for both rules."""
    program = folder / "docker"
    program.write_text(
        f"""#!/bin/sh
case "$1 $2" in
"image inspect") echo 'sha256:1 ["{image}"] []' ;;
"run --rm") case "$*" in *NET_ADMIN*owner*REDIRECT*) exit {code} ;; *) exit 99 ;; esac ;;
esac
"""
    )
    program.chmod(0o755)
    monkeypatch.setattr(containers, "program", lambda: str(program))


@pytest.mark.parametrize(
    ("image", "code", "answer"),
    [("kindest/node:v1.34.2", 0, True), ("kindest/node:v1.34.2", 3, False), ("other:1", 0, None)],
)
async def test_redirects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, image: str, code: int, answer: bool | None) -> None:
    an_engine(tmp_path, monkeypatch, image=image, code=code)
    assert await redirects() is answer
