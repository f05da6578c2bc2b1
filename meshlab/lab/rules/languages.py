"""Both languages say something about everything, and the same: commands, variables, numbers, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.files.lab_folder import LANGUAGES, page_file, text_file
from meshlab.lab.files.text_file import read_text
from meshlab.lab.problem import Key, Problem, display_path, key_text
from meshlab.lab.rules.scope import Scope, caught
from meshlab.lab.yaml.parse import Document, parse_document


def rule(scope: Scope) -> Iterator[Problem]:
    """Pages and words, compared with English, the first language."""
    texts = {}
    for language in LANGUAGES:
        try:
            texts[language] = _strings(text_file(scope.loaded, language))
        except LabError as error:
            yield caught("text", error)
    for language in LANGUAGES[1:]:
        for step in scope.loaded.lab.steps:
            yield from _pages(scope, step.id, language)
        if language in texts and LANGUAGES[0] in texts:
            yield from _words(texts[LANGUAGES[0]], texts[language], language)
    yield from _strays(scope)


def _pages(scope: Scope, step: str, language: str) -> Iterator[Problem]:
    files = page_file(scope.loaded, step, LANGUAGES[0]), page_file(scope.loaded, step, language)
    texts = []
    for file in files:
        try:
            texts.append(read_text(file))
        except LabError as error:
            yield caught("page", error)
    if len(texts) < len(files):
        return
    for file, text, one in zip(files, texts, (LANGUAGES[0], language), strict=True):
        for paragraph in parts(text).paragraphs:
            if not translated(paragraph, one):
                message = f"this paragraph is not in the language `{one}`: {_short(paragraph)}"
                yield Problem(file=display_path(file), line=_line(text, paragraph), rule="untranslated", message=message)
    both = [parts(text) for text in texts]
    for message in _differences(both[0], both[1]):
        yield Problem(
            file=display_path(files[1]), rule="languages-differ", message=f"{message} (compared with {display_path(files[0])})"
        )
    for paragraph in both[1].paragraphs:
        if paragraph in both[0].paragraphs and words(paragraph) >= 3:
            message = f"the same paragraph stands in both languages: {_short(paragraph)}"
            yield Problem(file=display_path(files[1]), line=_line(texts[1], paragraph), rule="untranslated", message=message)


def _words(english: Document, other: Document, language: str) -> Iterator[Problem]:
    ours, theirs = _flat(english.data), _flat(other.data)
    for key in ours.keys() ^ theirs.keys():
        lacking, having = (other, english) if key in ours else (english, other)
        message = f"`{key_text(key)}` stands only in {having.file}"
        yield Problem(file=lacking.file, line=lacking.line(key), key=key_text(key), rule="languages-differ", message=message)
    for key in ours.keys() & theirs.keys():
        for message in _text_pair(ours[key], theirs[key], language):
            yield Problem(file=other.file, line=other.line(key), key=key_text(key), rule="languages-differ", message=message)


def _text_pair(english: str, other: str, language: str) -> Iterator[str]:
    if not translated(english, LANGUAGES[0]):
        yield f"the text in {LANGUAGES[0]} holds Chinese"
    if not translated(other, language) or (english == other and words(english) >= 3):
        yield f"the text is not translated: {_short(other)}"
    yield from _differences(parts(english), parts(other))


def _differences(english: Parts, other: Parts) -> Iterator[str]:
    """Sentences about everything that must be the same and is not."""
    if english.fences != other.fences:
        pairs = zip(english.fences, other.fences, strict=False)
        first = next((number for number, (one, two) in enumerate(pairs, 1) if one != two), None)
        counts = f"{len(other.fences)} fenced blocks instead of {len(english.fences)}"
        yield f"fenced block {first} has other commands" if first else counts
    for what, ours, theirs in (
        ("variables", english.variables, other.variables),
        ("links", english.links, other.links),
        ("numbers", english.numbers, other.numbers),
    ):
        missing, more = sorted(ours - theirs), sorted(theirs - ours)
        if missing:
            yield f"{what} missing: {', '.join(missing)}"
        if more:
            yield f"{what} too many: {', '.join(more)}"


def _strays(scope: Scope) -> Iterator[Problem]:
    """Files of texts that nothing shows."""
    known = {"lab.yaml", *(page_file(scope.loaded, step.id, "en").name for step in scope.loaded.lab.steps)}
    for language in LANGUAGES:
        for path in sorted((scope.loaded.folder / "text" / language).glob("*")):
            if path.name not in known and not path.name.startswith("."):
                yield scope.file(path, "stray-file", "no step shows this page", hint=f"Pages are {', '.join(sorted(known))}.")


def _strings(file: Path) -> Document:
    return parse_document(read_text(file), display_path(file))


def _flat(data: Any, key: Key = ()) -> dict[Key, str]:
    """Every text below a value, by key."""
    if isinstance(data, dict):
        return {path: text for name, value in data.items() for path, text in _flat(value, (*key, name)).items()}
    return {key: data} if isinstance(data, str) else {}


def _line(text: str, paragraph: str) -> int:
    return text.count("\n", 0, max(text.find(paragraph), 0)) + 1


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"`{line[:60]}…`" if len(line) > 60 else f"`{line}`"


_FENCE = re.compile(r"^ {0,3}(```+|~~~+)[ \t]*([\w-]*)[^\n]*\n(.*?)^ {0,3}\1[ \t]*$", re.MULTILINE | re.DOTALL)
_TEMPLATE = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")
_LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)|<(https?://[^>\s]+)>")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.\-/:])\d+(?:\.\d+)*")
_LIST_MARK = re.compile(r"^\s*\d+[.)]\s+", re.MULTILINE)
_CODE = re.compile(r"`+[^`\n]*`+")
_CJK = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z][a-z']+")
_COMMENT = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)

COMMANDS = frozenset({"sh", "bash", "shell", "console", "yaml", "yml", "json", "python", "text-same"})
"""Fence languages whose content is the same in every language, comments aside; others may hold words."""


class Parts(Struct, frozen=True):
    """What a text is made of."""

    fences: tuple[str, ...]
    """Contents of the fenced blocks that hold commands, without comments; the language name of others."""
    variables: frozenset[str]
    links: frozenset[str]
    numbers: frozenset[str]
    paragraphs: tuple[str, ...]
    """Outside of fences."""


def parts(text: str) -> Parts:
    """Take Markdown apart."""
    fences = tuple(_fence(found.group(2), found.group(3)) for found in _FENCE.finditer(text))
    prose = _FENCE.sub("\n", text)
    links = frozenset(first or second for first, second in _LINK.findall(prose))
    plain = _LIST_MARK.sub("", _LINK.sub("]", prose))
    return Parts(
        fences=fences,
        variables=frozenset(_TEMPLATE.findall(prose)),
        links=links,
        numbers=frozenset(_NUMBER.findall(_TEMPLATE.sub("", plain))),
        paragraphs=tuple(one.strip() for one in re.split(r"\n\s*\n", prose) if one.strip()),
    )


def _fence(language: str, content: str) -> str:
    if language not in COMMANDS:
        return f"({language})"
    lines = (line.rstrip() for line in _COMMENT.sub("", content).splitlines())
    return "\n".join(line for line in lines if line)


def words(text: str) -> int:
    """How many English words stand in a text, code and templates aside."""
    return len(_WORD.findall(_TEMPLATE.sub("", _CODE.sub("", _LINK.sub("]", text)))))


def chinese(text: str) -> bool:
    """Whether a Chinese character stands in a text, code aside."""
    return bool(_CJK.search(_CODE.sub("", text)))


def translated(text: str, language: str) -> bool:
    """Whether a text of several words can be in that language at all."""
    if language == "zh":
        return chinese(text) or words(text) < 4
    return not chinese(text)
