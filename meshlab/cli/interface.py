"""Opening the terminal interface; the one place of the command line that imports Textual."""

from __future__ import annotations

import sys
from pathlib import Path

from meshlab.cli.options import Options
from meshlab.errors import UsageError
from meshlab.tui import garbage_collection


def open_interface(options: Options) -> int:
    """Run the interface until it ends. UsageError without a terminal to draw on."""
    need_terminal("usage.no-terminal")
    garbage_collection.look_later()
    from meshlab.tui.app import run_app

    return run_app(
        language=options.language,
        packs=options.packs,
        lab=options.lab,
        settings=options.settings,
        record=options.record,
        engine=options.engine,
        memory=options.memory,
        questions=options.questions,
    )


def open_tour(options: Options, lab: str, file: Path | None) -> int:
    """Run the interface on recordings."""
    need_terminal("usage.no-terminal-for-tour")
    garbage_collection.look_later()
    from meshlab.tui.tour.backend import run_tour

    return run_tour(language=options.language, packs=options.packs, lab=lab, file=file, settings=options.settings)


def need_terminal(key: str) -> None:
    """UsageError with these words unless stdin and stderr are a terminal."""
    # Textual draws on stderr: without a terminal there it would write into the pipe for ever.
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(key)
