"""What can be chosen, and what is wrong with what was chosen."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, field

from meshlab.words import LANGUAGES, Words, tell

THEMES = ("meshlab-dark", "meshlab-light", "ansi-dark", "ansi-light")
"""Two of our own, and two that take the terminal's own palette."""
ANIMATIONS = ("full", "basic", "none")
CONTEXT = "context:"
"""How an engine that is a context of a kubeconfig begins; its name follows."""
ENGINES = ("kind", f"{CONTEXT}NAME")
MEMORY = ("keep", "spare")
"""When the interface is left: the cluster runs on, or its nodes are stopped and give their memory back."""
CHOICES: dict[str, tuple[str, ...]] = {
    "language": LANGUAGES,
    "engine": ENGINES,
    "memory": MEMORY,
    "theme": THEMES,
    "animations": ANIMATIONS,
}
"""What each setting may be. Beside them there is `keys`, from id to keys: {"lab.check": "x,f5"}."""
KEYS = "keys"


class Settings(Struct, frozen=True, kw_only=True):
    """All settings; "" where the file says nothing."""

    language: str = ""
    engine: str = ""
    """kind, or context:NAME: where a lab that is nowhere yet gets its cluster."""
    memory: str = ""
    theme: str = ""
    animations: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    """By id, which keys stand in place of its own, separated by commas."""


def allowed(name: str, value: object) -> bool:
    """Whether the setting may be that."""
    if name == "engine" and isinstance(value, str) and value.startswith(CONTEXT):
        return len(value) > len(CONTEXT)
    return value in CHOICES[name]


class Problem(Struct, frozen=True, kw_only=True):
    """A setting that cannot be applied; its default applies instead."""

    what: str
    """Words in the topic `settings`."""
    line: int | None = None
    """1-based."""
    key: str = ""
    """Like theme or keys.lab.check."""
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """What is wrong, without its place."""
        return Words(f"settings.{self.what}", {"key": self.key, **self.parameters})

    def said(self, file: Path) -> list[str | Words]:
        """File, line, key, and what is wrong there."""
        place = str(file) if self.line is None else f"{file}:{self.line}"
        return [*(f"{part}:" for part in (place, self.key) if part), self.words]

    def sentence(self, file: Path, language: str) -> str:
        """The same for its reader."""
        return " ".join(tell(part, language) for part in self.said(file))


class Loaded(Struct, frozen=True, kw_only=True):
    """The settings file, as far as it could be applied."""

    file: Path
    settings: Settings = Settings()
    problems: tuple[Problem, ...] = ()
    text: str = ""
    """What the file holds."""
