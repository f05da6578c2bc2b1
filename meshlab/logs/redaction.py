"""Secrets out of a text: whatever lets somebody in, and the name of whose home folder it is.

It errs on the side of taking out too much: a log without a word is still a log.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

MARK = "[redacted]"

NAMES = (
    "client-key-data",
    "client-certificate-data",
    "client-secret",
    "token",
    "id-token",
    "access-token",
    "refresh-token",
    "identitytoken",
    "registrytoken",
    "bearer-token",
    "password",
    "passwd",
    "auth",
    "api-key",
    "secret-access-key",
    "certificate-key",
    "x-registry-auth",
)
"""Of fields that hold secrets in kubeconfigs, in the engine's credentials and in programs' options; - may be _ or nothing."""

_NAME = "|".join(sorted((name.replace("-", "[-_]?") for name in NAMES), key=len, reverse=True))
_VALUE = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\\+"[^"\\\n]*\\+"|[^\s"',}\]\\]+)"""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A key in PEM, also with its line ends escaped, or cut off at its end.
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MARK),
    # The same in base64, as kubeconfigs hold it: it begins with -----BEGIN.
    (re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]*"), MARK),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"), MARK),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{6,}"), rf"\1\2{MARK}"),
    (re.compile(r"(?i)\b(authorization)((?:\\*[\"'])?\s*[:=]\s*(?:\\*[\"'])?)(?!bearer |basic )[^\s\"',\\]+"), rf"\1\2{MARK}"),
    # kubeadm's tokens for joining a cluster.
    (re.compile(r"(?<![\w.-])[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.-])"), MARK),
    (re.compile(r"(?<=://)[^\s/@:\"']*:[^\s/@\"']+@"), f"{MARK}@"),
)
_KEY_ENDS = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
_OF_KEYS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n\\")
_QUOTE = r"""(?:\\{0,4}["'])?"""
_FIELD = re.compile(
    rf"(?i)({_QUOTE}(?<![A-Za-z0-9])(?:{_NAME}){_QUOTE}\s*[:=]\s*|--(?:{_NAME})[ =])({_VALUE})",
)


def redacted(text: str, home: Path | None = None) -> str:
    """The text without tokens, keys and passwords, and with ~ for the home folder (the user's, when none is given)."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    text = _without_ends_of_keys(text)
    text = _FIELD.sub(_without_value, text)
    where = str(home) if home is not None else _home()
    return _home_pattern(where).sub("~", text) if where.strip("/") else text


def _without_ends_of_keys(text: str) -> str:
    """Without keys whose beginning was cut off."""
    while (end := _KEY_ENDS.search(text)) is not None:
        start = end.start()
        while start and text[start - 1] in _OF_KEYS:
            start -= 1
        text = f"{text[:start]}{MARK}{text[end.end() :]}"
    return text


def _without_value(found: re.Match[str]) -> str:
    """Quotes stay, so that JSON stays JSON."""
    name, value = found[1], found[2]
    quote = re.match(r"""\\*["']""", value)
    return f"{name}{quote[0]}{MARK}{quote[0]}" if quote else f"{name}{MARK}"


@cache
def _home() -> str:
    try:
        return str(Path.home())
    except RuntimeError:
        return ""


@cache
def _home_pattern(home: str) -> re.Pattern[str]:
    """The folder itself and what is in it, not one whose name only begins like it."""
    return re.compile(rf"(?<![\w.~-]){re.escape(home)}(?![\w.-])")
