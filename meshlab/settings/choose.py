"""Which choice holds: what was said on the way in, then the environment, then the settings, then the default."""

from __future__ import annotations

import os
from typing import cast

from meshlab.errors import UsageError
from meshlab.run.api import Language
from meshlab.settings.model import CHOICES, CONTEXT, Settings, allowed
from meshlab.words import default_language


def language(said: str | None, settings: Settings) -> Language:
    """The first of them that says anything."""
    told = default_language() if os.environ.get("MESHLAB_LANG") else ""
    return cast("Language", said or told or settings.language or default_language())


ENVIRONMENT = {"engine": "MESHLAB_ENGINE", "memory": "MESHLAB_MEMORY"}
QUESTIONS = ("language", "engine", "memory")
"""What is asked at the first start, where nobody has said it."""


def chosen_or_set(name: str, said: str | None, settings: Settings) -> str:
    """The engine or memory that holds, "" when nobody has said anything. UsageError when that cannot be."""
    value = said or os.environ.get(ENVIRONMENT[name], "")
    if value and not allowed(name, value):
        raise UsageError("settings.choice", value=value, name=name, known=", ".join(CHOICES[name]))
    return value or str(getattr(settings, name))


def context(engine: str) -> str:
    """The context of a kubeconfig that an engine's setting names; "" is kind."""
    return engine.removeprefix(CONTEXT) if engine.startswith(CONTEXT) else ""


def unanswered(language_said: str | None, engine: str, memory: str, settings: Settings) -> tuple[str, ...]:
    """The questions of the first start that are still open."""
    known = {
        "language": language_said or os.environ.get("MESHLAB_LANG") or settings.language,
        "engine": engine,
        "memory": memory,
    }
    return tuple(name for name in QUESTIONS if not known[name])
