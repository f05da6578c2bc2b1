"""What went wrong, in the reader's language: the sentence, what to do next, and the words of whoever said it first."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from meshlab.errors import MeshlabError, said
from meshlab.files import file_error
from meshlab.words import Words, tell


class Told(Struct, frozen=True, kw_only=True):
    """One error for a person."""

    kind: str
    """Name of the error's class; "" for what is meshlab's own defect."""
    sentence: str
    hint: str = ""
    detail: str = ""
    """What exactly was asked and answered, where the sentence does not say it."""


def told(error: BaseException, language: str) -> Told:
    """The error's words, looked up in the reader's language."""
    if isinstance(error, OSError) and error.errno:
        # Whoever wrote a file without a word for a full disk.
        error = file_error(error, Path(str(error.filename or ".")))
    if not isinstance(error, MeshlabError):
        return Told(kind="", sentence=f"{type(error).__name__}: {error}")
    kind = type(error).__name__
    sentence = tell(error.words, language)
    return Told(kind=kind, sentence=sentence, hint=error.said("hint", language), detail=error.said("detail", language))


def error_text(words: Words, language: str) -> str:
    """An error's sentence with its detail, in one line."""
    return " ".join(part for part in (tell(words, language), said(words, "detail", language)) if part)
