"""The options of every command: language, lab, packs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from meshlab.cluster.setup.environment import prepare
from meshlab.errors import UsageError
from meshlab.run.api import Language
from meshlab.settings import choose
from meshlab.settings.model import Loaded
from meshlab.settings.read import read


@dataclass(frozen=True)
class Options:
    """The options before the command, filled in from the environment and the settings."""

    language: Language
    lab: str
    """"" means the current one."""
    packs: tuple[Path, ...]
    settings: Loaded
    record: Path | None = None
    """The file to which the run is recorded."""
    engine: str = ""
    """kind or context:NAME; "" if not chosen yet."""
    memory: str = ""
    """keep or spare; "" if not chosen yet."""
    questions: tuple[str, ...] = ()
    """The questions of the first start that are not answered yet."""

    @classmethod
    def read(
        cls,
        language: str | None,
        lab: str | None,
        packs: tuple[str, ...],
        record: str | None = None,
        *,
        engine: str | None = None,
        memory: str | None = None,
    ) -> Options:
        """UsageError if a pack is not a folder, or if the engine or the memory setting does not exist."""
        folders = tuple(Path(pack).expanduser().resolve() for pack in packs)
        for folder in folders:
            if not folder.is_dir():
                raise UsageError("usage.pack", pack=folder)
        prepare()
        settings = read()
        chosen = settings.settings
        engine, memory = choose.chosen_or_set("engine", engine, chosen), choose.chosen_or_set("memory", memory, chosen)
        return cls(
            choose.language(language, chosen),
            lab or os.environ.get("MESHLAB_RUN", ""),
            folders,
            settings,
            Path(record).expanduser().resolve() if record else None,
            engine,
            memory,
            choose.unanswered(language, engine, memory, chosen),
        )


Command = TypeVar("Command", bound=Callable[..., Any])


def format_option(*formats: str) -> Callable[[Command], Command]:
    """The option --format with these formats; the first is the default."""
    return click.option(
        "--format", "form", type=click.Choice(formats), default=formats[0], show_default=True, help="Output format."
    )
