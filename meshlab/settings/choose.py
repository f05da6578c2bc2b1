"""Which language holds: what was said on the way in, the environment, the settings, the locale."""

from __future__ import annotations

import os
from typing import cast

from meshlab.run.api import Language
from meshlab.settings.model import Settings
from meshlab.words import default_language


def language(said: str | None, settings: Settings) -> Language:
    """The first of them that says anything."""
    told = default_language() if os.environ.get("MESHLAB_LANG") else ""
    return cast("Language", said or told or settings.language or default_language())
