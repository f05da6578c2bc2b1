"""What the settings file asks of the app, and what is kept there of what a person chooses while it runs."""

from __future__ import annotations

import os
from typing import Any

from textual.app import App

from meshlab.errors import MeshlabError
from meshlab.report.trouble import told
from meshlab.settings.key_clashes import agreed
from meshlab.settings.model import Loaded, Problem

SAID_AT_ONCE = 5


class Preferences:
    """Without a file (tests, replays) nothing is asked for and nothing kept."""

    def __init__(self, loaded: Loaded | None = None) -> None:
        self.loaded = loaded
        self.keys: dict[str, str] = {}
        """Those that are followed, by the action's id."""

    def set_up(self, app: App[Any]) -> None:
        """Theme and animations. What the environment says of animations goes before."""
        if self.loaded is None:
            return
        settings = self.loaded.settings
        if settings.theme:
            app.theme = settings.theme
        if settings.animations in ("full", "basic", "none") and "TEXTUAL_ANIMATIONS" not in os.environ:
            app.animation_level = settings.animations  # type: ignore[assignment]

    def set_keys(self, app: App[Any], language: str) -> str:
        """Give actions the keys that were asked for; all that cannot be followed, as lines. Imports every screen if any was."""
        if self.loaded is None:
            return ""
        problems = list(self.loaded.problems)
        if self.loaded.settings.keys:
            from meshlab.tui.keys import all_keys

            self.keys, clashes = agreed(self.loaded.settings.keys, all_keys())
            app.set_keymap(self.keys)
            problems += clashes
        return self._lines(problems, language)

    def _lines(self, problems: list[Problem], language: str) -> str:
        assert self.loaded is not None
        lines = [problem.sentence(self.loaded.file, language) for problem in problems[:SAID_AT_ONCE]]
        return "\n".join([*lines, "…"] if len(problems) > SAID_AT_ONCE else lines)

    def keep(self, name: str, value: str, language: str = "en") -> str:
        """Write a choice; why it could not be kept, or nothing."""
        if self.loaded is None:
            return ""
        from meshlab.settings.write import save

        try:
            save(name, value, self.loaded.file)
        except MeshlabError as error:
            return told(error, language).sentence
        return ""
