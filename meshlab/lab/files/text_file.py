"""Reads a text file of a lab; whatever is wrong with it is a LabError."""

from __future__ import annotations

import re
from pathlib import Path

from meshlab.errors import LabError
from meshlab.lab.problem import display_path

LARGEST = 8 * 1024 * 1024
"""Bytes. Manifests of custom resource definitions reach one or two MiB."""

# What YAML 1.1 refuses; a NUL or an escape in a text would also reach a terminal.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


def read_text(path: Path, largest: int = LARGEST) -> str:
    """The file's text, UTF-8, with line ends as \\n."""
    data = _read_bytes(path, largest)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LabError("this is not UTF-8 text", file=display_path(path), line=line, hint="Save the file as UTF-8.") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = _CONTROL.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        raise LabError(f"control character U+{ord(bad.group()):04X} in a text file", file=display_path(path), line=line)
    return text


def _read_bytes(path: Path, largest: int) -> bytes:
    try:
        if path.stat().st_size > largest:
            raise LabError(f"the file is larger than {largest // 1024} KiB", file=display_path(path))
        return path.read_bytes()
    except FileNotFoundError:
        raise LabError("the file does not exist", file=display_path(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LabError(f"the file cannot be read: {reason}", file=display_path(path)) from None
