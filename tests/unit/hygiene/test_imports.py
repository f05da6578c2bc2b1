"""Imports point one way, the core never pulls in Textual, and starting up stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CORE = ["lab", "check", "cluster", "run", "report", "workshop", "settings", "words", "errors", "files", "timestamps", "logs"]
TERMINAL = ("textual", "rich", "wcwidth")
CLUSTERS = ("lightkube", "docker", "requests", "httpx2", "websockets", "aiohttp")
TEXTS = ("jmespath", "jsonpatch", "tomlkit", "jinja2", "packaging")
HEAVY = (*TERMINAL, *CLUSTERS, *TEXTS)


def modules(room: str) -> list[str]:
    """Every module of a room, by its dotted name."""
    base = ROOT / "meshlab"
    files = [base / f"{room}.py"] if (base / f"{room}.py").exists() else sorted((base / room).rglob("*.py"))
    return [str(file.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__") for file in files]


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(out.stdout.split())


@pytest.mark.parametrize("room", CORE)
def test_no_core_module_pulls_in_textual(room: str) -> None:
    names = [name for name in modules(room) if not name.endswith("__main__")]
    assert names
    loaded = loaded_by("\n".join(f"import {name}" for name in names))
    assert loaded.isdisjoint({"textual", "rich"})


def test_layers_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("statement", ["import meshlab.cli.main", "import meshlab.run.api", "import meshlab.cli.checks"])
def test_the_start_imports_nothing_heavy(statement: str) -> None:
    assert not {name for name in loaded_by(statement) if name.partition(".")[0] in HEAVY}


def test_every_command_of_the_table_exists() -> None:
    import click

    from meshlab.cli.commands import COMMANDS
    from meshlab.cli.main import cli

    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.name == name
