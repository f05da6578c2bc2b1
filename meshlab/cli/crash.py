"""Where the traceback of a defect of ours goes: a file that can be reported, never the screen."""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from pathlib import Path

from meshlab import __version__


def write_report(error: BaseException) -> Path:
    """Write the traceback into the state directory, or into the temporary one when that fails too."""
    text = f"meshlab {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n" + "".join(traceback.format_exception(error))
    for folder in _folders():
        file = folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        except OSError:
            continue
        return file
    return Path("nowhere (no folder can be written)")


def _folders() -> list[Path]:
    from meshlab.run.paths import find

    return [find().root / "crashes", Path(tempfile.gettempdir())]
