"""Every sentence that an error is raised with has its Chinese, and no Chinese is left of a sentence that is gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import meshlab
from meshlab.errors import DiskFull, EngineError, MeshlabError, UsageError
from meshlab.report.trouble import told
from meshlab.words.sentences import table, translated

ROOT = Path(meshlab.__file__).parent
AUTHORS = "LabError"
"""Says file, line and key of a lab file: for whoever writes labs, as the files' keys are English too."""


def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text()) for file in sorted(ROOT.rglob("*.py"))}


def template(node: ast.expr) -> str | None:
    """The sentence with {} for what is filled in; None for what is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def errors(found: dict[Path, ast.Module]) -> set[str]:
    """Names of all classes of errors, wherever they are."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in found.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    names = {MeshlabError.__name__}
    while more := {name for name, over in bases.items() if over & names} - names:
        names |= more
    return names


def raised() -> Iterator[tuple[str, str]]:
    """(place, sentence or hint) of every error that is made with a literal."""
    found = trees()
    names = errors(found) - {AUTHORS}
    for file, tree in found.items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names):
                continue
            for one in [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "hint")]:
                if (text := template(one)) is not None and re.search("[A-Za-z]", text.replace("{}", "")):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", text


def spoken(english: str) -> bool:
    """Whether there is Chinese for it; what is filled in may choose between several sentences."""
    return english in table() or translated(english.replace("{}", "x"), "zh") != english.replace("{}", "x")


def test_every_sentence_has_its_chinese() -> None:
    assert [f"{place}: {text}" for place, text in raised() if not spoken(text)] == []


def test_no_chinese_is_left_over() -> None:
    source = "\n".join(text for tree in trees().values() for node in ast.walk(tree) if (text := _literal(node)))
    pieces = [
        (english, [one for one in (part.strip(" `:;,.()") for part in english.split("{}")) if len(one) > 8])
        for english in table()
    ]
    assert [english for english, some in pieces if not all(one in source for one in some)] == []


def _literal(node: ast.AST) -> str:
    return (template(node) or "") if isinstance(node, ast.expr) else ""


@pytest.mark.parametrize("english", table())
def test_the_same_things_are_filled_in(english: str) -> None:
    places = [str(number + 1) for number in range(english.count("{}"))]
    assert sorted(re.findall(r"\{(\d+)\}", table()[english])) == places
    assert table()[english] != english


def test_chinese_may_want_another_order() -> None:
    assert translated("There is no cluster main for the lab 2-router-mesh.", "zh") == "实验 2-router-mesh 的集群 main 不存在。"
    assert translated("There is no cluster main for the lab 2-router-mesh.", "en").startswith("There is no")
    assert translated("Nobody has translated this.", "zh") == "Nobody has translated this."


def test_the_sentence_with_most_words_of_its_own_is_found() -> None:
    assert translated("x is missing and could not be had: y", "zh") == "缺少 x，也无法获得：y"
    inner = "The image a could not be pulled: The program docker was not found."
    assert translated(inner, "zh") == "无法拉取镜像 a：找不到程序 docker。"


def test_an_error_is_told_in_the_readers_language() -> None:
    error = EngineError("The program kind was not found.", hint="Run `meshlab setup`.")
    assert (told(error, "zh").sentence, told(error, "zh").hint) == ("找不到程序 kind。", "请运行 `meshlab setup`。")
    assert told(UsageError("No lab has been started."), "en").sentence == "No lab has been started."
    assert "磁盘" in told(DiskFull("The disk is full: /x could not be written.", parameters={"path": "/x"}), "zh").sentence
