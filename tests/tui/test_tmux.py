"""The whole interface under tmux, with a real shell, over the scripted run: what only a real terminal can break."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.tmux import Tmux

STARTED = 60
"""Seconds: on a busy machine, Python alone takes a while."""


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    # A home of its own: a learner's .bashrc must not decide what is seen here.
    home = {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "MESHLAB_LANG": "en", "XDG_CONFIG_HOME": str(tmp_path)}
    # A size that is not the terminal's, as `docker exec -e COLUMNS` and readline leave it behind.
    size = {"COLUMNS": "80", "LINES": "24"}
    tmux = Tmux([sys.executable, "-m", "tests.tui.scripted_app"], tmp_path, env=home | size)
    yield tmux
    tmux.close()


def test_from_the_road_into_a_lab_and_out_again(tmux: Tmux) -> None:
    tmux.until("Router mesh", STARTED)
    tmux.press("Enter")
    tmux.until("command 1/2 to the shell", STARTED)
    tmux.press("Enter")
    tmux.until(" kubectl -n shop apply -f solve/router/20-direct.yaml", STARTED)
    assert "error" not in tmux.text, "it is pasted, not run"
    tmux.press("C-u")
    tmux.type("echo $MESHLAB_RUN-$((40 + 2))")
    tmux.until("2-router-mesh-42")
    tmux.type("seq 1 99")
    tmux.until(lambda text: "││99" in text and "││42" not in text)
    tmux.press("F6")
    tmux.until("What scrolled away in the shell")
    tmux.press("/")
    tmux.until("what to look for")
    tmux.type("2-router-mesh-42")
    tmux.until(lambda text: "2-router-mesh-42" in text and "│ 98" not in text)
    tmux.press("Escape")
    tmux.until(lambda text: "What scrolled away in the shell" not in text)
    tmux.resize(80, 24)
    tmux.until(lambda text: "4 Shell" in text and "2 Map" in text and max(map(len, text.splitlines())) <= 80)
    tmux.type("clear; stty size")
    tmux.until("19 78")
    tmux.press("F2")
    tmux.until("Put the router in front")
    tmux.resize(140, 42)
    tmux.until("2/4 checks")
    tmux.until(lambda text: "Put the router in front" in text and "◆ router 1/1" in text)
    tmux.press("q")
    assert tmux.wait() == 0
