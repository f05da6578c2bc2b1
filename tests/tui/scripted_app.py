"""The interface over the scripted run, with a real shell, in a terminal: `python -m tests.tui.scripted_app [LAB]`."""

from __future__ import annotations

import sys

from meshlab.tui.app import MeshlabApp
from tests.tui.scripted import ScriptedBackend, ScriptedRun


def main() -> int:
    run = ScriptedRun()
    run.red()
    app = MeshlabApp(ScriptedBackend(run), lab=sys.argv[1] if len(sys.argv) > 1 else "")
    return int(app.run() or 0)


if __name__ == "__main__":
    sys.exit(main())
