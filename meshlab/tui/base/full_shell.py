"""The whole terminal for a shell, where the pane is too small or a screen has none."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from textual.app import SuspendNotSupported

from meshlab.errors import MeshlabError
from meshlab.run.api import LabRun
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.translation import tr
from meshlab.tui.widgets.shell import command_line


def full_shell(screen: MeshScreen[Any], run: LabRun) -> None:
    """Everything else waits meanwhile: that is what was asked for."""
    try:
        command = command_line(run.environment())
        with screen.app.suspend():
            os.write(1, f"\n{tr(screen, 'shell.full')}\n\n".encode())
            subprocess.run(command, check=False)
    except SuspendNotSupported:
        screen.notify(tr(screen, "shell.no-suspend"), severity="warning", markup=False)
    except MeshlabError as error:
        screen.show_failure(error)
