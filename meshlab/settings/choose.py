"""Which choice applies: an option of the command, then the environment, then the settings, then the default."""

from __future__ import annotations

import os
from typing import cast

from meshlab.errors import UsageError
from meshlab.run.api import Language
from meshlab.settings.model import CHOICES, CONTEXT, Settings, allowed
from meshlab.words import default_language


def language(option: str | None, settings: Settings) -> Language:
    """The language: of the option, the environment, the settings or the locale, in this order."""
    environment = default_language() if os.environ.get("MESHLAB_LANG") else ""
    return cast("Language", option or environment or settings.language or default_language())


ENVIRONMENT = {"engine": "MESHLAB_ENGINE", "memory": "MESHLAB_MEMORY"}
QUESTIONS = ("language", "engine", "memory")
"""What the first start asks, unless it was chosen already."""


def chosen_or_set(name: str, option: str | None, settings: Settings) -> str:
    """The engine or memory setting that applies, "" if none was chosen. UsageError if its value is not allowed."""
    value = option or os.environ.get(ENVIRONMENT[name], "")
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
