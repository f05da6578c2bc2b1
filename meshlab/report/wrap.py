"""Wrapping by columns, with a hanging indent: wide characters may break anywhere, words only at spaces. Pure."""

from __future__ import annotations

from unicodedata import east_asian_width

from meshlab.report.matrix_text import width

CLOSING = "\uff0c\u3002\uff1a\uff1b\uff09\u3001\uff1f\uff01\u201d"
"""Chinese punctuation that never begins a line."""


def wrap(text: str, size: int) -> list[str]:
    """Lines of at most `size` columns; a word that is longer is cut."""
    lines = [""]
    for word in _words(text.replace("\n", " ")):
        if width(lines[-1]) + width(word.rstrip()) > size and lines[-1]:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        while width(word.rstrip()) > size > 1:
            head = _head(word, size)
            lines[-1] += head
            lines.append("")
            word = word[len(head) :]
        lines[-1] += word if lines[-1] or word.strip() else ""
    return [line.rstrip() for line in lines]


def _words(text: str) -> list[str]:
    """Pieces after each of which a line may break: words with their space, wide characters one by one."""
    pieces: list[str] = []
    for char in text:
        if pieces and not _may_break(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _may_break(before: str, char: str) -> bool:
    if char == " " or char in CLOSING:
        return False
    return before == " " or _wide(before) or _wide(char)


def _wide(char: str) -> bool:
    return east_asian_width(char) in "WF"


def _head(word: str, size: int) -> str:
    head = ""
    for char in word:
        if width(head + char) > size:
            break
        head += char
    return head
