"""What went wrong, in the reader's language: the sentence, what to do next, and the words of whoever said it first."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from meshlab.errors import LabError, MeshlabError
from meshlab.files import fault
from meshlab.words import known, say, tell
from meshlab.words.sentences import translated


class Told(Struct, frozen=True, kw_only=True):
    """One error for a person."""

    kind: str
    """Name of the class that the words are about; "" for what is meshlab's own defect."""
    sentence: str
    hint: str = ""
    detail: str = ""
    """As the error itself says it (in English), where the sentence is another."""


def told(error: BaseException, language: str) -> Told:
    """The words of the error's own class, else of the nearest one above it, else those that it brings along."""
    if isinstance(error, OSError) and error.errno:
        # Whoever wrote a file without a word for a full disk.
        error = fault(error, Path(str(error.filename or ".")))
    if not isinstance(error, MeshlabError):
        return Told(kind="", sentence=f"{type(error).__name__}: {error}")
    kind = type(error).__name__
    if not isinstance(error.words, str):
        sentence = tell(error.words, language)
        return Told(kind=kind, sentence=sentence, hint=error.said("hint", language), detail=error.said("detail", language))
    if isinstance(error, LabError):
        return Told(kind=kind, sentence=str(error), hint=error.hint)
    for kind in (one.__name__ for one in type(error).__mro__):
        if known(key := f"trouble.{kind}.text") and error.about:
            parameters = {name: _word(name, value, language) for name, value in error.about.items()}
            sentence = say(key, language, **parameters)
            return Told(kind=kind, sentence=sentence, hint=say(f"trouble.{kind}.hint", language), detail=str(error))
    sentence, hint = (translated(one, language) for one in (str(error), error.hint))
    return Told(kind=type(error).__name__, sentence=sentence, hint=hint)


def _word(name: str, value: str, language: str) -> str:
    key = f"trouble.{name}.{value}"
    return say(key, language) if known(key) else value
