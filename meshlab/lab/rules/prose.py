"""Takes a text apart into what must be the same in every language."""

from __future__ import annotations

import re

from msgspec import Struct

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
