"""Reason ids are one closed list with words in both languages, and checks stay in their room."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import meshlab.check
from meshlab.check.reasons import REASONS
from meshlab.lab.checks import KINDS
from meshlab.words import LANGUAGES, topic

ROOM = Path(meshlab.check.__file__).parent
REASON = re.compile(rf"^({'|'.join(KINDS)}|engine)\.[a-z]+(-[a-z]+)*$")
SETTINGS = {"success.actor", "share.nearest", "latency.rate", "writes.refs", "denied.control"}
"""Keys of a lab file that errors name: the same shape, another thing."""
KEYS = re.compile(r"^(proxy-config)\.(proxy|every-service|conditions)$")


def texts(file: Path) -> set[str]:
    """Every text constant of a module, but for the table of reasons itself."""
    tree = ast.parse(file.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def used() -> set[str]:
    files = [file for file in ROOM.rglob("*.py") if file.name != "reasons.py"]
    found = {text for file in files for text in texts(file) if REASON.match(text)}
    return found - SETTINGS - {text for text in found if KEYS.match(text)}


def test_every_reason_that_the_code_names_is_in_the_table() -> None:
    assert used() - REASONS.keys() == set()


def test_the_table_has_no_reason_that_nothing_gives() -> None:
    from tests.unit.check.test_evidence import GIVEN_BY_LABS

    by_conditions = {"object.selector", "object.restarted", "proxy-config.rejected"}
    assert REASONS.keys() - used() == GIVEN_BY_LABS | by_conditions


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_sentence_and_a_help(language: str) -> None:
    words = topic("reasons", language)
    assert {key for reason in REASONS for key in (reason, f"{reason}.help")} == words.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_use_only_what_every_finding_has(language: str) -> None:
    words = topic("reasons", language)
    for reason, parameters in REASONS.items():
        for key in (reason, f"{reason}.help"):
            assert set(re.findall(r"\$\{(\w+)\}", words[key])) <= set(parameters), key


def test_chinese_is_chinese() -> None:
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in topic("reasons", "zh").values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_one_module_of_that_name(kind: str) -> None:
    assert (ROOM / "kinds" / f"{kind.replace('-', '_')}.py").exists()


@pytest.mark.parametrize("file", sorted(ROOM.rglob("*.py")), ids=lambda file: file.name)
def test_checks_know_neither_clusters_nor_runs_nor_screens(file: Path) -> None:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    foreign = ("meshlab.cluster", "meshlab.run", "meshlab.tui", "meshlab.cli", "textual", "lightkube", "docker")
    assert not [name for name in names if name.startswith(foreign)]
