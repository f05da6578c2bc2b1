"""The init script of a sidecar, run against an iptables that writes down what it is asked; and what its image is built of."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.images.sources import source

FOLDER = source("meshlab/netinit")
RECORDER = '#!/bin/sh\necho "$*" >>"$RECORD"\ncase "$*" in *"${REFUSED:-nothing at all}"*) exit 3 ;; esac\n'


class Run:
    """One run of the script."""

    def __init__(self, folder: Path, *arguments: str, refused: str = "") -> None:
        program, record = folder / "iptables", folder / "record"
        program.write_text(RECORDER)
        program.chmod(0o755)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "RECORD": str(record)}
        if refused:
            environment["REFUSED"] = refused
        ended = subprocess.run(
            [str(FOLDER / "netinit.sh"), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        self.code, self.said = ended.returncode, ended.stderr
        self.asked = record.read_text().splitlines() if record.exists() else []

    def rules(self, chain: str) -> list[str]:
        """What was appended to a chain, in order."""
        start = f"-w -t nat -A {chain} "
        return [line.removeprefix(start) for line in self.asked if line.startswith(start)]


def test_the_proxy_itself_is_left_alone_before_anything_is_sent_to_it(tmp_path: Path) -> None:
    run = Run(tmp_path, "8080", "15001", "15006", "1337")
    assert run.code == 0
    assert run.rules("OUTPUT") == ["-p tcp -j ML_OUT"]
    assert run.rules("ML_OUT") == [
        "-m owner --uid-owner 1337 -j RETURN",
        "-d 127.0.0.0/8 -j RETURN",
        "-p tcp --dport 8080 -j REDIRECT --to-ports 15001",
    ]
    assert run.rules("PREROUTING") == ["-p tcp --dport 8080 -j REDIRECT --to-ports 15006"]


def test_ports_and_user_are_those_given(tmp_path: Path) -> None:
    run = Run(tmp_path, "9", "10", "11", "12")
    assert "--uid-owner 12 " in run.rules("ML_OUT")[0]
    assert run.rules("ML_OUT")[-1] == "-p tcp --dport 9 -j REDIRECT --to-ports 10"
    assert run.rules("PREROUTING") == ["-p tcp --dport 9 -j REDIRECT --to-ports 11"]


def test_a_second_run_starts_from_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path, "8080", "15001", "15006", "1337")
    assert run.asked[:2] == ["-w -t nat -F", "-w -t nat -X"]


@pytest.mark.parametrize("refused", ["-F", "owner", "REDIRECT", "PREROUTING"])
def test_a_kernel_that_cannot_is_said_and_ends_the_pod(tmp_path: Path, refused: str) -> None:
    run = Run(tmp_path, "8080", "15001", "15006", "1337", refused=refused)
    assert run.code == 1
    assert "a kernel without nat, owner or REDIRECT" in run.said
    assert refused in run.asked[-1], "it must stop at the first rule that fails"


@pytest.mark.parametrize("arguments", [(), ("8080",), ("8080", "15001", "15006", "1337", "more")])
def test_other_arguments_change_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    run = Run(tmp_path, *arguments)
    assert (run.code, run.asked) == (64, [])
    assert "usage: netinit.sh PORT OUT IN UID" in run.said


def test_the_image_stands_on_the_pinned_base_and_fetches_only_what_that_lacks() -> None:
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    assert f"FROM {load_pins().image('base').ref}" in lines
    (install,) = [line for line in lines if "apt-get install" in line]
    assert install.startswith("RUN command -v iptables >/dev/null || {")
