"""docs/labs.md says everything that a lab may hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from meshlab.lab import address, checks, model, text
from meshlab.lab.load import read_lab
from meshlab.lab.rules import faults
from tests.unit.lab.sample_lab import write

ROOT = Path(__file__).parents[3]


@cache
def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def structs() -> list[type[msgspec.Struct]]:
    """What lab.yaml and the texts are made of."""
    modules = (address, checks, model, text)
    named = {name: one for module in modules for name, one in vars(module).items() if isinstance(one, type)}
    ours = {one for one in named.values() if one.__module__ in {module.__name__ for module in modules}}
    return sorted((one for one in ours if issubclass(one, msgspec.Struct)), key=lambda one: one.__name__)


@pytest.mark.parametrize("struct", structs(), ids=lambda one: one.__name__)
def test_every_key_stands_in_the_documentation(struct: type[msgspec.Struct]) -> None:
    said = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`[^`\n]+`|```.*?```", document("labs.md"), re.DOTALL))))
    assert set(struct.__struct_encode_fields__) <= said


def rules(tree: ast.AST) -> Iterator[str]:
    """The rule ids that a module gives to problems."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in ("Mistake", "Problem", "at", "file", "caught", "of"):
                given = [*call.args, *(one.value for one in call.keywords if one.arg == "rule")]
                texts = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                yield from (one for one in texts if re.fullmatch("[a-z]+(-[a-z]+)*", one))


def test_every_rule_stands_in_the_documentation() -> None:
    files = sorted((ROOT / "meshlab/lab").rglob("*.py"))
    used = {rule for file in files for rule in rules(ast.parse(file.read_text(encoding="utf-8")))} - {
        "error",
        "warning",
        "note",
    }
    table = document("labs.md").partition("## What lint asks")[2].partition("## Proof")[0]
    assert len(used) > 30
    assert not {rule for rule in used if f"`{rule}`" not in table}


def test_every_fault_stands_in_the_documentation() -> None:
    for kind, needed in faults.NEEDED.items():
        (row,) = re.findall(rf"^\| `{kind}` \|.*$", document("labs.md"), re.MULTILINE)
        assert all(f"`{name}`" in row for name in needed)


def test_the_examples_of_lab_yaml_fit_together(tmp_path: Path) -> None:
    """The snippets of clusters, variables, services make a lab that loads, with a step around them."""
    snippets = re.findall(r"```yaml\n(clusters:.*?|variables:.*?|services:.*?)```", document("labs.md"), re.DOTALL)
    assert len(snippets) == 3
    text_ = "".join(snippets).replace("graph:\n  web: [catalog, reviews]\n", "")
    step = "steps: [{id: look, checks: [{id: a, fresh: path.status, path: {from: web, to: outside}}]}]\n"
    folder = write(tmp_path / "2-sample" / "lab.yaml", f'schema: 1\nstage: "2"\nminutes: 5\n{text_}{step}').parent
    assert [one.error() for one in read_lab(folder).problems] == []
