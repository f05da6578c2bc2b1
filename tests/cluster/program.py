"""meshlab as another program sees it: arguments in, exit code, stdout and stderr out."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from meshlab.cluster.setup.environment import prepare

# Tests and benchmarks also run kind and kubectl themselves: the same that meshlab runs.
prepare()

ROOT = Path(__file__).resolve().parents[2]
ANSWERED = {"MESHLAB_ENGINE": "kind", "MESHLAB_MEMORY": "keep"}
"""What the first start would ask for."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        return msgspec.json.decode(self.out, type=dict[str, Any])


@dataclass(frozen=True)
class Program:
    """meshlab with a state folder of its own."""

    state: Path
    environment: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = (sys.executable, "-m", "meshlab")
    folder: Path = ROOT
    """Where it runs."""

    @property
    def env(self) -> dict[str, str]:
        return os.environ | {"MESHLAB_STATE": str(self.state), "MESHLAB_LANG": "en"} | ANSWERED | self.environment

    def run(self, *arguments: str, deadline: float = 600, **environment: str) -> Done:
        done = subprocess.run(
            [*self.command, *arguments],
            capture_output=True,
            text=True,
            timeout=deadline,
            env=self.env | environment,
            cwd=self.folder,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, deadline: float = 600, **environment: str) -> Done:
        """A command that must end with 0."""
        done = self.run(*arguments, deadline=deadline, **environment)
        assert done.code == 0, f"meshlab {' '.join(arguments)} ended with {done.code}\n{done.out}\n{done.err}"
        return done
