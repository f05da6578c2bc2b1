"""Errors by key: each key that the code names has its sentence, is given exactly what the sentence is filled with, and no
sentence is left of a key that is gone. Words that are told later (`Words(key, {...})`) are held to the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import meshlab
from meshlab.errors import ClusterError, EngineError, LabError, MeshlabError, said
from meshlab.report.trouble import told
from meshlab.words import LANGUAGES, Words, known, tell, topic

ROOT = Path(meshlab.__file__).parent
PARTS = (".hint", ".detail")
AUTHORS = "LabError"
"""Says file, line and key of a lab file: for whoever writes labs, as the files' keys are English too."""
NO_PARAMETERS = frozenset({"status"})
"""Keywords of the classes themselves."""


class Site(NamedTuple):
    """A place in the code where a sentence is made."""

    place: str
    key: str
    given: frozenset[str] | None
    """None where they are not written out."""


@cache
def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text()) for file in sorted(ROOT.rglob("*.py"))}


def errors() -> set[str]:
    """Names of all classes of errors that are made with a key, wherever they are."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    names = {MeshlabError.__name__}
    while more := {name for name, over in bases.items() if over & names} - names:
        names |= more
    return names - {AUTHORS}


def literals(node: ast.expr) -> list[str]:
    """The text of a literal, or of both branches of a choice between two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return [*literals(node.body), *literals(node.orelse)] if isinstance(node, ast.IfExp) else []


def raised() -> Iterator[Site]:
    """Every error that is made with a literal key."""
    names = errors()
    for file, call in calls():
        if isinstance(call.func, ast.Name) and call.func.id in names and call.args:
            given = [keyword.arg for keyword in call.keywords]
            said = None if None in given else frozenset(name for name in given if name) - NO_PARAMETERS
            for key in literals(call.args[0]):
                yield Site(f"{file.relative_to(ROOT)}:{call.lineno}", f"errors.{key}", said)


def kept() -> Iterator[Site]:
    """Every sentence that is made to be told later."""
    for file, call in calls():
        if isinstance(call.func, ast.Name) and call.func.id == Words.__name__ and call.args:
            filled = call.args[1] if len(call.args) > 1 else ast.Dict([], [])
            names = [literals(key) if key else [] for key in filled.keys] if isinstance(filled, ast.Dict) else [[]]
            given = None if [] in names else frozenset(name for one in names for name in one)
            for key in literals(call.args[0]):
                yield Site(f"{file.relative_to(ROOT)}:{call.lineno}", key, given)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for file, tree in trees().items():
        yield from ((file, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def sentences() -> list[str]:
    """Keys of the errors without those of their parts."""
    return [key for key in topic("errors", "en") if not key.endswith(PARTS)]


def wanted(key: str) -> frozenset[str]:
    """What the sentence is filled with, and its parts."""
    subject, _, rest = key.partition(".")
    parts = (rest, *(rest + part for part in PARTS)) if subject == "errors" else (rest,)
    text = " ".join(topic(subject, "en").get(part, "") for part in parts)
    return frozenset(re.findall(r"\$\{(\w+)\}", text))


def test_every_key_has_its_sentence() -> None:
    assert [site for site in (*raised(), *kept()) if not known(site.key)] == []


def test_every_sentence_is_given_what_it_is_filled_with() -> None:
    sites = [site for site in (*raised(), *kept()) if site.given is not None and known(site.key)]
    assert [(site, wanted(site.key)) for site in sites if site.given != wanted(site.key)] == []


def test_no_sentence_is_left_over() -> None:
    text = {node.value for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert [key for key in sentences() if key not in text and f"errors.{key}" not in text] == []
    assert [key for key in topic("waits", "en") if f"waits.{key}" not in text] == []


def test_no_part_is_without_its_sentence() -> None:
    parts = [key for key in topic("errors", "en") if key.endswith(PARTS)]
    assert [key for key in parts if key.rpartition(".")[0] not in topic("errors", "en")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_filled_in_under_a_name_that_no_sentence_may_use(language: str) -> None:
    # `MeshlabError(key, /, **parameters)`, and the status that a ClusterError keeps beside its words.
    assert [key for key, text in topic("errors", language).items() if re.search(r"\$\{(status|parameters)\}", text)] == []


def test_an_error_is_told_in_the_readers_language() -> None:
    error = ClusterError("check.actor-unknown", actor="shopper", status=404)
    assert (str(error), error.hint, error.status) == (
        "No probe runs the actor shopper.",
        "Look at the probe's pods; `meshlab reset` repairs them.",
        404,
    )
    assert told(error, "zh").sentence == "没有探针在运行流量源 shopper。"
    assert told(error, "zh").hint == "检查探针的 Pod；`meshlab reset` 会修复它们。"


def test_an_error_in_a_sentence_is_told_in_the_readers_language_too() -> None:
    inner = ClusterError("check.actor-unknown", actor="shopper")
    words = Words("report.reason", {"value": [inner.words, "kubectl said so."]})
    assert tell(words, "en").endswith("No probe runs the actor shopper. kubectl said so.")
    assert tell(words, "zh").endswith("没有探针在运行流量源 shopper。kubectl said so.")


def test_words_are_made_into_their_error_again() -> None:
    words = ClusterError("check.actor-unknown", actor="shopper").words
    assert isinstance(words, Words)
    again = ClusterError.again(words)
    assert (type(again), again.message, again.words) == (ClusterError, "No probe runs the actor shopper.", words)
    assert said(words, "detail") == ""


def test_what_a_lab_file_is_told_of_is_english() -> None:
    error = LabError("no such service", file="lab.yaml", line=3, key="services", hint="There are: web.")
    assert told(error, "zh") == told(error, "en")
    assert told(error, "zh").sentence == "lab.yaml:3: services: no such service"


def test_what_others_said_is_told_as_it_is() -> None:
    error = EngineError("other", sentence="The engine is gone.", hint="Start it.")
    assert (told(error, "zh").sentence, told(error, "zh").hint) == ("The engine is gone.", "Start it.")
